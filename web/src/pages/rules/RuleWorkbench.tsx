import {
  Anchor,
  Box,
  Button,
  Group,
  Loader,
  Modal,
  SimpleGrid,
  Stack,
  Text,
  Title,
} from '@mantine/core';
import { useDebouncedValue, useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconArrowLeft, IconCopy, IconDeviceFloppy, IconTrash } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useMemo, useRef, useState } from 'react';
import { messageOf } from '@/api/client';
import { checkRule, deleteRule, saveRule, type CheckIssue, type ListedRule } from '@/api/rules';
import { Panel } from '@/parts/Panel';
import { Severity } from '@/parts/Severity';
import { useMay } from '@/session/session';
import { keepRange, useUrlState, type UrlState } from '@/url/urlState';
import { ArmButton } from './ArmButton';
import { BacktestPanel, spans } from './BacktestPanel';
import { daysOf } from './impact';
import { IssueList } from './IssueList';
import { LeaveGuard } from '@/parts/LeaveGuard';
import { RuleFacts } from './RuleFacts';
import type { RuleRow } from './ruleRows';
import { RuleStateMark } from './RuleStateMark';
import { idsOf } from './ruleText';
import { useBacktest } from './useBacktest';
import { useRulesChanged } from './useRules';

const RuleEditor = lazy(() => import('./RuleEditor'));
const BacktestChart = lazy(() => import('./BacktestChart'));

interface Props {
  id?: string; // absent: not saved yet
  initial: string;
  own: boolean;
  file?: string;
  rule?: ListedRule;
  row?: RuleRow;
}
const noIssues: CheckIssue[] = [];

function Head({ id, own, file, rule, row }: Omit<Props, 'initial'>) {
  return (
    <Box style={{ minWidth: 0 }}>
      <Group gap="sm" wrap="nowrap">
        <Title order={1} size={19} style={{ overflowWrap: 'anywhere' }}>
          {id ? (rule?.title ?? id) : 'New rule'}
        </Title>
      </Group>
      <Group gap="md" mt={2}>
        {rule && <Severity level={rule.level} />}
        {row && <RuleStateMark state={row.state} />}
        <Text size="xs" c="dimmed">
          {!id ? 'not saved yet' : own ? 'own rule' : 'shipped with Tocsin'}
          {file ? ` · ${file}` : ''}
        </Text>
        {row && row.findings > 0 && (
          <Anchor
            size="xs"
            underline="always"
            renderRoot={(props) => (
              <Link
                to="/alerts"
                search={
                  ((old: UrlState) => ({ ...keepRange(old), rule: id, state: 'all' })) as never
                }
                {...props}
              />
            )}
          >
            {row.findings.toLocaleString('en-US')} findings in 7 days: its alerts
          </Anchor>
        )}
      </Group>
    </Box>
  );
}

export function RuleWorkbench({ id, initial, own, file, rule, row }: Props) {
  const [state, change] = useUrlState();
  const mayWrite = useMay('admin');
  const changed = useRulesChanged();
  const queries = useQueryClient();
  const [saved, setSaved] = useState(initial);
  const [text, setText] = useState(initial);
  const [isOwn, setIsOwn] = useState(own);
  const [asked] = useDebouncedValue(text, 400);
  const [goTo, setGoTo] = useState<CheckIssue>();
  const [deleting, deletion] = useDisclosure();
  const test = useBacktest();
  // Where it began when it was opened: saving does not move the text under one's hands.
  const [startLine, setStartLine] = useState(rule?.line);
  if (startLine === undefined && rule) setStartLine(rule.line);
  const dirty = text !== saved;
  const loses = useRef(false);
  loses.current = dirty;

  const check = useQuery({
    queryKey: ['rules', 'check', asked],
    queryFn: ({ signal }) => checkRule(asked, signal),
    enabled: mayWrite,
    placeholderData: (old) => old,
    retry: false,
    staleTime: 60_000,
  });
  const stale = asked !== text || check.isPlaceholderData;
  const issues = stale ? noIssues : (check.data?.issues ?? noIssues);
  const refused = !stale && issues.some((issue) => issue.refused);

  const save = useMutation({
    mutationFn: (sent: string) => {
      const ids = idsOf(sent);
      const target = id && (ids.length === 0 || ids.includes(id)) ? id : ids.at(-1);
      if (!target) throw new Error('The rule needs an id: a line such as "id: …" after its title.');
      return saveRule(target, sent);
    },
    onSuccess: (done, sent) => {
      notifications.show({ title: 'Saved and in force', message: done.file });
      setSaved(sent);
      queries.setQueryData(['rules', 'text', done.id], { ...done, text: sent });
      setIsOwn(done.own);
      loses.current = false;
      changed();
      if (done.id !== id) change({ rule: done.id, copy: undefined }, true);
    },
    onError: (error) => notifications.show({ title: 'Not saved', message: messageOf(error) }),
  });
  const remove = useMutation({
    mutationFn: () => deleteRule(id!),
    onSuccess: () => {
      notifications.show({ title: 'Deleted', message: rule?.title ?? id });
      loses.current = false;
      changed();
      change({ rule: undefined, copy: undefined }, true);
    },
    onError: (error) => {
      deletion.close();
      notifications.show({ title: 'Not deleted', message: messageOf(error) });
    },
  });
  const savable = mayWrite && (dirty || !id) && !refused && !save.isPending;
  const over = spans.some((s) => s.value === state.over) ? state.over! : '30d';
  const start = (span = over) =>
    void test.start({ ...(id && !dirty ? { rule: id } : { text }), from: span, keys: 100 });
  const bars = useMemo(
    () => (test.report ? daysOf(test.report, test.impact) : []),
    [test.report, test.impact],
  );

  return (
    <Stack gap="sm">
      <LeaveGuard changed={() => loses.current} />
      <Anchor
        component="button"
        size="sm"
        w="fit-content"
        onClick={() => change({ rule: undefined, copy: undefined, over: undefined })}
      >
        <Group gap={4} component="span">
          <IconArrowLeft size={14} aria-hidden /> All rules
        </Group>
      </Anchor>
      <Group justify="space-between" align="flex-start">
        <Head id={id} own={isOwn} file={file} rule={rule} row={row} />
        {mayWrite && (
          <Group gap={6}>
            {rule && row && <ArmButton rule={rule} armed={row.state === 'armed'} />}
            {id && (
              <Button
                size="xs"
                variant="default"
                leftSection={<IconCopy size={14} />}
                onClick={() => change({ rule: 'new', copy: id })}
              >
                Duplicate
              </Button>
            )}
            {id && isOwn && (
              <Button
                size="xs"
                variant="default"
                leftSection={<IconTrash size={14} />}
                onClick={deletion.open}
              >
                Delete …
              </Button>
            )}
            <Button
              size="xs"
              leftSection={<IconDeviceFloppy size={14} />}
              disabled={!savable}
              loading={save.isPending}
              onClick={() => save.mutate(text)}
            >
              {id && !isOwn ? 'Save own copy' : 'Save'}
            </Button>
          </Group>
        )}
      </Group>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="sm">
        <Box
          className="surface"
          component="section"
          aria-label="Text of the rule"
          style={{ display: 'flex', flexDirection: 'column', overflow: 'hidden' }}
        >
          <Box h="calc(100vh - 420px)" mih={360} style={{ flex: '1 0 auto' }}>
            <Suspense fallback={<Loader size="sm" m="md" />}>
              <RuleEditor
                initial={initial}
                readOnly={!mayWrite}
                issues={issues}
                startLine={startLine}
                goTo={goTo}
                onChange={setText}
                onSave={() => savable && save.mutate(text)}
                onRun={() => start()}
              />
            </Suspense>
          </Box>
          {mayWrite && (
            <IssueList
              check={check.data}
              checking={stale}
              failed={check.error ? messageOf(check.error) : undefined}
              onGoTo={(issue) => setGoTo({ ...issue })}
            />
          )}
        </Box>
        <BacktestPanel
          test={test}
          over={over}
          height="max(330px, calc(100vh - 430px))"
          onOver={(next) => {
            change({ over: next === '30d' ? undefined : next }, true);
            if (test.report) start(next);
          }}
          onStart={() => start()}
          onStop={test.stop}
        />
      </SimpleGrid>
      {test.report && (
        <Panel
          title={
            test.impact ? 'Findings a day, and whom decisions would have hit' : 'Findings a day'
          }
          side={
            !test.impact && !test.running && dirty ? (
              <Text size="xs" c="dimmed">
                Save the rule to see whom its decisions would hit.
              </Text>
            ) : undefined
          }
        >
          <Suspense fallback={<Box h={210} />}>
            <BacktestChart bars={bars} decides={test.impact !== undefined} />
          </Suspense>
        </Panel>
      )}
      {rule && <RuleFacts rule={rule} />}
      <Modal opened={deleting} onClose={deletion.close} title="Delete this rule?">
        <Text size="sm" mb="md">
          {rule?.title ?? id} is no longer looked for. Its alerts stay. When it was a copy of a
          shipped rule, the shipped one is in force again.
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={deletion.close}>
            Cancel
          </Button>
          <Button loading={remove.isPending} onClick={() => remove.mutate()}>
            Delete
          </Button>
        </Group>
      </Modal>
    </Stack>
  );
}
