import { Box, Table, Text } from '@mantine/core';
import type { Alert } from '@/api/types';
import { byRisk } from '@/pages/alerts/words';
import { Severity } from '@/parts/Severity';
import { EmptyState } from '@/parts/States';
import { Time } from '@/parts/Time';
import { count } from '@/time/format';
import { useUrlState } from '@/url/urlState';

export function AlertRows({ alerts }: { alerts: Alert[] }) {
  const [, change] = useUrlState();
  if (alerts.length === 0) {
    return <EmptyState title="No alert names it">Nothing to do here.</EmptyState>;
  }
  return (
    <Box style={{ overflowX: 'auto' }}>
      <Table fz="sm" verticalSpacing={4} highlightOnHover aria-label="Alerts">
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={120}>Level</Table.Th>
            <Table.Th>What</Table.Th>
            <Table.Th w={120}>State</Table.Th>
            <Table.Th w={90} ta="right">
              Events
            </Table.Th>
            <Table.Th w={160} ta="right">
              Last
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {[...alerts].sort(byRisk).map((a) => {
            const open = () => change({ open: `alert:${a.id}` });
            return (
              <Table.Tr key={a.id} onClick={open} style={{ cursor: 'pointer' }}>
                <Table.Td>
                  <Severity level={a.level} />
                </Table.Td>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>
                  <a
                    href={`?open=alert:${a.id}`}
                    className="plain"
                    onClick={(e) => {
                      e.preventDefault();
                      e.stopPropagation();
                      open();
                    }}
                  >
                    {a.title}
                  </a>
                  <Text size="xs" c="dimmed" lineClamp={2}>
                    {a.sentence}
                  </Text>
                </Table.Td>
                <Table.Td>{a.state}</Table.Td>
                <Table.Td ta="right" className="number">
                  {count(a.events)}
                </Table.Td>
                <Table.Td ta="right">
                  <Time iso={a.last} />
                </Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </Box>
  );
}
