// What the rule would have found in the stored events: how far the search is, and who matched.
import { Alert, Box, Button, Group, Progress, Select, Table, Text } from '@mantine/core';
import { IconHistory, IconPlayerStop } from '@tabler/icons-react';
import { messageOf } from '@/api/client';
import { EntityChip } from '@/parts/EntityChip';
import { Panel } from '@/parts/Panel';
import { EmptyState } from '@/parts/States';
import { Time } from '@/parts/Time';
import { count } from '@/time/format';
import { useUrlState } from '@/url/urlState';
import { impactSentence, outcomeSentence } from './impact';
import type { BacktestState } from './useBacktest';

export const spans = [
  { value: '24h', label: 'Last day' },
  { value: '7d', label: 'Last 7 days' },
  { value: '30d', label: 'Last 30 days' },
  { value: '90d', label: 'Last 90 days' },
  { value: '365d', label: 'Last year' },
];
interface Props {
  test: BacktestState;
  over: string;
  height: string;
  onOver: (over: string) => void;
  onStart: () => void;
  onStop: () => void;
}

function Outcome({ test }: { test: BacktestState }) {
  const [, change] = useUrlState();
  const { report, impact } = test;
  if (!report) return null;
  const harm = (impact?.innocent_users ?? []).length > 0;
  return (
    <>
      <Box px="md" pb="xs">
        <Text size="sm" fw={600}>
          {outcomeSentence(report)}
        </Text>
        <Text size="xs" c="dimmed">
          {count(report.events_matched_against)} of {count(report.events_stored)} events looked at
          {report.narrowed_by_index ? ', the index ruled out the others' : ''}, in{' '}
          {count(Math.round(report.took_ms))} ms.
        </Text>
        {impact && report.findings > 0 && (
          <Text
            size="sm"
            mt={4}
            style={harm ? { color: 'var(--severity-critical-text)' } : undefined}
          >
            {harm && '✕ '}
            {impactSentence(impact)}
            {harm &&
              ` ${impact.innocent_users.slice(0, 8).join(', ')}${impact.innocent_users.length > 8 ? ', …' : ''}`}
          </Text>
        )}
      </Box>
      {report.keys.length > 0 && (
        <Table fz="sm" verticalSpacing={5} aria-label="Matches">
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={170}>Whom</Table.Th>
              <Table.Th>What happened</Table.Th>
              <Table.Th ta="right" w={78}>
                Events
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {report.keys.map((k) => (
              <Table.Tr key={k.seq}>
                <Table.Td style={{ verticalAlign: 'top' }}>
                  {k.key.map((part) => (
                    <EntityChip key={part.field} field={part.field} value={part.value} />
                  ))}
                </Table.Td>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>
                  <a
                    className="plain"
                    href={`/events?open=event:${k.seq}`}
                    onClick={(e) => {
                      e.preventDefault();
                      change({ open: `event:${k.seq}` });
                    }}
                  >
                    {k.sentence}
                  </a>
                  <Text size="xs" c="dimmed">
                    <Time iso={k.first} /> – <Time iso={k.last} />
                  </Text>
                </Table.Td>
                <Table.Td ta="right" className="number" style={{ verticalAlign: 'top' }}>
                  {count(k.events)}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      {report.keys_cut && (
        <Text size="xs" c="dimmed" px="md" py="xs">
          Those with most findings are shown.
        </Text>
      )}
    </>
  );
}

export function BacktestPanel({ test, over, height, onOver, onStart, onStop }: Props) {
  const { progress, running, report, error } = test;
  const percent = progress && progress.of > 0 ? (100 * progress.done) / progress.of : 0;
  return (
    <Panel
      p={0}
      title="Matching events"
      side={
        <Group gap={6} wrap="nowrap">
          <Select
            size="xs"
            w={132}
            aria-label="History to test against"
            allowDeselect={false}
            data={spans}
            value={over}
            onChange={(v) => v && onOver(v)}
          />
          {running ? (
            <Button
              size="xs"
              variant="default"
              leftSection={<IconPlayerStop size={14} />}
              onClick={onStop}
            >
              Stop
            </Button>
          ) : (
            <Button
              size="xs"
              variant="default"
              leftSection={<IconHistory size={14} />}
              onClick={onStart}
            >
              Test against history
            </Button>
          )}
        </Group>
      }
    >
      <Box h={height} tabIndex={0} style={{ overflowY: 'auto' }}>
        {running && !report && (
          <Box p="md">
            <Progress
              value={progress ? percent : 100}
              animated={!progress}
              size="sm"
              aria-label="Progress of the backtest"
            />
            <Text size="xs" c="dimmed" mt={6} className="number">
              {progress
                ? `${count(progress.done)} of ${count(progress.of)} events`
                : 'Looking for events that may match'}
            </Text>
          </Box>
        )}
        {error !== undefined && (
          <Alert m="md" color="gray" variant="outline" role="alert" title="Not tested">
            <Text size="sm" style={{ whiteSpace: 'pre-wrap' }}>
              {messageOf(error)}
            </Text>
          </Alert>
        )}
        <Outcome test={test} />
        {!running && !report && error === undefined && (
          <EmptyState title="Would it have fired?">
            Test the rule as it stands here against the events that are stored: nothing is saved, no
            alert is raised.
          </EmptyState>
        )}
      </Box>
    </Panel>
  );
}
