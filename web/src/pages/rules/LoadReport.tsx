// What happened when the rules were read: a line when all is well, the refusals when not.
import { Box, Button, Collapse, Group, Table, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconAlertTriangle, IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { api, messageOf } from '@/api/client';
import { Time } from '@/parts/Time';
import { useMay } from '@/session/session';
import { count } from '@/time/format';
import { useRulesChanged, type RuleList } from './useRules';

const shownMax = 200;

export function LoadReport({ list }: { list: RuleList }) {
  const refused = list.issues.filter((issue) => issue.refused);
  const [opened, { toggle }] = useDisclosure(refused.length > 0);
  const mayReload = useMay('admin');
  const changed = useRulesChanged();
  const reload = useMutation({
    mutationFn: () => api<RuleList>('rules/reload', { body: {} }),
    onSuccess: (now) => {
      notifications.show({
        title: 'Rules read again',
        message: `${count(now.loaded)} in force, ${count(now.refused)} refused`,
      });
      changed();
    },
    onError: (error) => notifications.show({ title: 'Not read', message: messageOf(error) }),
  });
  const issues = [...refused, ...list.issues.filter((issue) => !issue.refused)];
  const Chevron = opened ? IconChevronDown : IconChevronRight;
  return (
    <Box
      className={refused.length > 0 ? 'surface' : undefined}
      mb="sm"
      px={refused.length ? 'sm' : 0}
      py={refused.length ? 6 : 0}
    >
      <Group gap="xs" justify="space-between">
        <Group gap={6}>
          {refused.length > 0 && <IconAlertTriangle size={16} aria-hidden />}
          <Text size="sm" fw={refused.length > 0 ? 600 : 400}>
            {count(list.rules.length)} rules in force
            {refused.length > 0
              ? `, ${count(refused.length)} refused: ${refused.length === 1 ? 'it looks at nothing until it is' : 'they look at nothing until they are'} put right`
              : ', none refused'}
          </Text>
          <Text size="sm" c="dimmed">
            read <Time iso={list.loaded_at} form="ago" />
          </Text>
          {issues.length > 0 && (
            <Button
              size="compact-xs"
              variant="subtle"
              color="gray"
              aria-expanded={opened}
              leftSection={<Chevron size={13} />}
              onClick={toggle}
            >
              {opened ? 'Hide the report' : `Show the report (${count(issues.length)})`}
            </Button>
          )}
        </Group>
        {mayReload && (
          <Button
            size="compact-xs"
            variant="default"
            loading={reload.isPending}
            onClick={() => reload.mutate()}
          >
            Read the files again
          </Button>
        )}
      </Group>
      <Collapse in={opened && issues.length > 0}>
        <Box style={{ overflowX: 'auto' }} tabIndex={0} role="group" aria-label="Report">
          <Table fz="sm" verticalSpacing={3} mt={6} miw={720} aria-label="Load report">
            <Table.Thead>
              <Table.Tr>
                <Table.Th w={90}>What</Table.Th>
                <Table.Th w={380}>Where</Table.Th>
                <Table.Th>Why</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {issues.slice(0, shownMax).map((issue, i) => (
                <Table.Tr key={i}>
                  <Table.Td>{issue.refused ? '✕ refused' : 'note'}</Table.Td>
                  <Table.Td className="data">
                    {issue.file}:{issue.line}:{issue.column}
                  </Table.Td>
                  <Table.Td style={{ overflowWrap: 'anywhere' }}>{issue.reason}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Box>
        {issues.length > shownMax && (
          <Text size="xs" c="dimmed" p="xs">
            The first {count(shownMax)} of {count(issues.length)} are shown.
          </Text>
        )}
      </Collapse>
    </Box>
  );
}
