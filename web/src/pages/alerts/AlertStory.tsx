import {
  Anchor,
  Box,
  Button,
  Group,
  List,
  Loader,
  Menu,
  Stack,
  Table,
  Text,
  TextInput,
} from '@mantine/core';
import { useQueries, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '@/api/client';
import { cellText, term } from '@/api/search';
import type { Alert, Decision, Row, Rules } from '@/api/types';
import { BlockDialog } from '@/parts/BlockDialog';
import { EntityChip } from '@/parts/EntityChip';
import { Panel } from '@/parts/Panel';
import { Severity } from '@/parts/Severity';
import { ErrorState } from '@/parts/States';
import { Time } from '@/parts/Time';
import { Summary } from '@/pages/events/Summary';
import { summaryText } from '@/pages/events/summary';
import { useMay, useSession } from '@/session/session';
import { count } from '@/time/format';
import { useUrlState } from '@/url/urlState';
import { ExceptDialog } from './ExceptDialog';
import { Playbooks } from './Playbooks';
import { changeWords, inOrder, type Mark } from './story';
import { Strip } from './Strip';
import { useChangeAlerts, useDeeds } from './useAlerts';
import { scopeOf, techniques } from './words';

interface Told extends Alert {
  history: { at: string; who: string; what: string; from: string; to: string }[];
}
const samplesMost = 12;

function useEvidence(samples: number[]) {
  return useQueries({
    queries: samples.slice(-samplesMost).map((seq) => ({
      queryKey: ['evidence', String(seq)],
      queryFn: () => api<{ event: Row | null }>(`events/${seq}`, { params: { proof: false } }),
      staleTime: 60_000,
    })),
    combine: (results) => results.flatMap((r) => (r.data?.event ? [r.data.event] : [])),
  });
}

function Why({ alert }: { alert: Told }) {
  const rules = useQuery({
    queryKey: ['rules'],
    queryFn: () => api<Rules>('rules'),
    staleTime: 60_000,
  });
  const rule = rules.data?.rules.find((r) => r.id === alert.rule_id);
  const baseline = alert.baseline as { value?: number; low?: number; high?: number } | null;
  const doubts = (rule?.false_positives ?? []) as string[];
  return (
    <Stack gap={6}>
      <Text size="sm">{rule?.description ?? alert.title}</Text>
      {baseline && (
        <Text size="sm" className="data">
          {JSON.stringify(baseline)}
        </Text>
      )}
      <Text size="sm" c="dimmed">
        {count(alert.findings)} findings from {count(alert.events)} events
        {techniques(alert.tags).length > 0 && ` · ATT&CK ${techniques(alert.tags).join(', ')}`}
      </Text>
      {doubts.length > 0 && (
        <div>
          <Text size="sm" fw={600}>
            When it is nothing
          </Text>
          <List size="sm">
            {doubts.map((d) => (
              <List.Item key={d}>{d}</List.Item>
            ))}
          </List>
        </div>
      )}
    </Stack>
  );
}

function Actions({ alert }: { alert: Told }) {
  const act = useChangeAlerts();
  const mayTriage = useMay('triage');
  const mayRespond = useMay('respond');
  const { data: session } = useSession();
  const [dialog, setDialog] = useState<'except' | 'block'>();
  const set = (change: Parameters<typeof act.mutate>[0]['change']) =>
    act.mutate({ ids: [alert.id], change });
  const key = alert.key.find((k) => scopeOf(k.field));
  if (!mayTriage && !mayRespond) return null;
  return (
    <Box
      style={{
        position: 'sticky',
        bottom: 0,
        background: 'var(--surface)',
        borderTop: '1px solid var(--line)',
        zIndex: 2,
      }}
      py="sm"
      mt="md"
    >
      <Group gap="xs">
        {mayTriage && alert.state === 'new' && (
          <Button
            loading={act.isPending}
            onClick={() =>
              set({ state: 'acknowledged', assignee: alert.assignee || session?.user })
            }
          >
            Acknowledge
          </Button>
        )}
        {mayTriage && alert.state !== 'closed' && (
          <Menu position="top-start">
            <Menu.Target>
              <Button variant="default">Close as …</Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => set({ state: 'closed', verdict: 'true_positive' })}>
                True positive
              </Menu.Item>
              <Menu.Item onClick={() => set({ state: 'closed', verdict: 'benign' })}>
                Benign
              </Menu.Item>
              <Menu.Item onClick={() => set({ state: 'closed', verdict: 'false_positive' })}>
                False positive
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
        {mayTriage && (
          <Button variant="default" onClick={() => setDialog('except')}>
            Except …
          </Button>
        )}
        {mayRespond && key && (
          <Button variant="default" onClick={() => setDialog('block')}>
            {scopeOf(key.field) === 'user' ? 'Disable' : 'Block'} {key.value.slice(0, 40)} …
          </Button>
        )}
      </Group>
      {dialog === 'except' && <ExceptDialog alert={alert} onClose={() => setDialog(undefined)} />}
      {dialog === 'block' && key && (
        <BlockDialog
          scope={scopeOf(key.field)!}
          value={key.value}
          alertId={alert.id}
          reason={alert.sentence}
          onClose={() => setDialog(undefined)}
        />
      )}
    </Box>
  );
}

function Notes({ alert }: { alert: Told }) {
  const act = useChangeAlerts();
  const may = useMay('triage');
  const [note, setNote] = useState('');
  return (
    <Stack gap="xs">
      <List size="sm" listStyleType="none">
        {alert.history.map((h, i) => (
          <List.Item key={i}>
            <Text span size="xs" c="dimmed">
              <Time iso={h.at} /> {h.who}
            </Text>{' '}
            {changeWords(h)}
          </List.Item>
        ))}
      </List>
      {may && (
        <form
          onSubmit={(e) => {
            e.preventDefault();
            act.mutate({ ids: [alert.id], change: { note } });
            setNote('');
          }}
        >
          <Group gap="xs" wrap="nowrap">
            <TextInput
              style={{ flex: 1 }}
              size="xs"
              aria-label="Note"
              placeholder="What did you find?"
              value={note}
              maxLength={2000}
              onChange={(e) => setNote(e.currentTarget.value)}
            />
            <Button size="xs" variant="default" type="submit" disabled={note.trim() === ''}>
              Add note
            </Button>
          </Group>
        </form>
      )}
    </Stack>
  );
}

export default function AlertStory({ id }: { id: string }) {
  const [, change] = useUrlState();
  const { data, error, refetch } = useQuery({
    queryKey: ['alerts', 'one', id],
    queryFn: ({ signal }) =>
      api<Told>(`alerts/${encodeURIComponent(id)}`, { signal, headers: { 'X-Background': '1' } }),
    refetchInterval: 10_000,
  });
  const deeds = useDeeds();
  const evidence = useEvidence((data?.samples ?? []) as number[]);
  if (error) return <ErrorState error={error} retry={() => void refetch()} />;
  if (!data) return <Loader size="sm" />;
  const decisions: Decision[] = deeds.data?.get(data.id) ?? [];
  const marks: Mark[] = inOrder([
    ...evidence.map((row): Mark => ({
      at: cellText(row['@timestamp']),
      kind: 'event',
      text: summaryText(row),
      seq: Number(row._seq),
    })),
    ...decisions.map((d): Mark => ({
      at: d.created,
      kind: 'decision',
      text: `${d.dry_run ? 'dry run: ' : ''}${d.kind} ${d.value}, by ${d.decided_by}`,
    })),
    ...data.history.map((h): Mark => ({
      at: h.at,
      kind: 'note',
      text: `${h.who}: ${changeWords(h)}`,
    })),
  ]);
  const key = data.key[0];
  const margin = (iso: string, ms: number) => new Date(Date.parse(iso) + ms).toISOString();
  return (
    <Stack gap="md">
      <Group gap="sm">
        <Severity level={data.level} />
        <Text size="xs" c="dimmed">
          {data.state}
          {data.verdict !== 'none' && ` · ${data.verdict.replace('_', ' ')}`}
          {data.assignee && ` · ${data.assignee}`} · <Time iso={data.first} /> –{' '}
          <Time iso={data.last} />
        </Text>
      </Group>
      <Text size="lg" fw={500} style={{ overflowWrap: 'anywhere' }}>
        {data.sentence}
      </Text>
      <Group gap={6}>
        {data.key.map((k) => (
          <EntityChip key={k.field} field={k.field} value={k.value} />
        ))}
      </Group>
      <Panel title="What happened, in order">
        <Strip marks={marks} />
        <List size="sm" listStyleType="none" mt={4}>
          {marks.map((m, i) => (
            <List.Item key={i} style={{ overflowWrap: 'anywhere' }}>
              <Text span size="xs" c="dimmed">
                <Time iso={m.at} /> {m.kind}
              </Text>{' '}
              {m.text}
            </List.Item>
          ))}
        </List>
      </Panel>
      <Panel title="Why it fired">
        <Why alert={data} />
      </Panel>
      <Panel
        title="Evidence"
        side={
          key && (
            <Anchor
              size="xs"
              component={Link}
              to="/events"
              search={
                {
                  q: term(key.field, key.value),
                  from: margin(data.first, -300_000),
                  to: margin(data.last, 300_000),
                } as never
              }
            >
              All events of {key.value.slice(0, 40)}
            </Anchor>
          )
        }
      >
        <Table fz="sm" highlightOnHover aria-label="Evidence">
          <Table.Tbody>
            {evidence.map((row) => (
              <Table.Tr
                key={String(row._seq)}
                style={{ cursor: 'pointer' }}
                onClick={() => change({ open: `event:${row._seq}` })}
              >
                <Table.Td w={150} className="data quiet">
                  <Anchor
                    href={`?open=event:${row._seq}`}
                    size="sm"
                    c="inherit"
                    onClick={(e) => e.preventDefault()}
                  >
                    <Time iso={cellText(row['@timestamp'])} />
                  </Anchor>
                </Table.Td>
                <Table.Td>
                  <Summary row={row} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Panel>
      <Panel title="What is done about it">
        <Playbooks alertId={data.id} />
      </Panel>
      <Panel title="Notes and history">
        <Notes alert={data} />
      </Panel>
      <Actions alert={data} />
    </Stack>
  );
}
