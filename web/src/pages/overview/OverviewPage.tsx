import { Anchor, Box, Group, SimpleGrid, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useMemo } from 'react';
import { api, send } from '@/api/client';
import { cellText, useSearch } from '@/api/search';
import { WorldMap } from '@/charts/WorldMap';
import { EntityChip } from '@/parts/EntityChip';
import { Panel } from '@/parts/Panel';
import { Severity } from '@/parts/Severity';
import { EmptyState } from '@/parts/States';
import { Time } from '@/parts/Time';
import { useAlerts } from '@/pages/alerts/useAlerts';
import { byRisk } from '@/pages/alerts/words';
import { useDecisions } from '@/pages/decisions/useDecisions';
import { shortCount } from '@/time/format';
import { rangeBounds, useRange } from '@/time/range';
import { keepRange, useUrlState } from '@/url/urlState';
import { FirstSteps } from './FirstSteps';
import { alertSentence, decisionSentence, eventSentence } from './sentences';

// The charts come after the first paint.
const Timeline = lazy(() => import('./Timeline'));
import { TopList } from './TopList';

const background = { 'X-Background': '1' };

function Fact({ to, children, note }: { to: string; children: string; note: string }) {
  return (
    <Box className="surface" p="md">
      <Anchor
        component={Link}
        to={to}
        search={keepRange as never}
        c="var(--ink)"
        fw={600}
        fz={17}
        className="number"
      >
        {children}
      </Anchor>
      <Text size="xs" c="dimmed" mt={2}>
        {note}
      </Text>
    </Box>
  );
}

export default function OverviewPage() {
  const [range, setRange] = useRange();
  const [, change] = useUrlState();
  const refreshMs = range.to ? undefined : 15_000;
  const [start, end] = useMemo(() => rangeBounds(range, Date.now()), [range]);
  const before = {
    from: new Date(2 * start - end).toISOString(),
    to: new Date(start).toISOString(),
  };
  const open = useAlerts({ state: 'new,acknowledged' });
  const inRange = useAlerts({ from: range.from, to: range.to });
  const active = useDecisions('active');
  const decided = useDecisions('all');
  const events = useSearch({ query: '* | stats count', ...range }, { refreshMs });
  const earlier = useSearch({ query: '* | stats count', ...before });
  const countries = useSearch(
    { query: '* | stats count by source.geo.country_iso_code | sort -count | head 60', ...range },
    { refreshMs },
  );
  const enforcers = useQuery({
    queryKey: ['enforcers'],
    queryFn: () => api<{ enforcers: { state: string }[] }>('enforcers', { headers: background }),
    refetchInterval: 15_000,
  });
  const health = useQuery({
    queryKey: ['health'],
    queryFn: () =>
      api<{ journal: { next_seq: number }; index: { events: number } }>('health', {
        headers: background,
      }),
  });
  const checkpoint = useQuery({
    queryKey: ['checkpoint'],
    queryFn: async () => (await send('journal/checkpoint', { headers: background })).text(),
    refetchInterval: 30_000,
    retry: false,
  });
  const counts = useMemo(
    () =>
      new Map(
        (countries.data?.rows ?? []).flatMap((r) =>
          cellText(r['source.geo.country_iso_code'])
            ? [[cellText(r['source.geo.country_iso_code']), Number(r.count)] as const]
            : [],
        ),
      ),
    [countries.data],
  );
  // Our own audit is no traffic.
  const sources = useQuery({
    queryKey: ['sources'],
    queryFn: () => api<{ sources: unknown[] }>('sources', { headers: background }),
  });
  const quiet = sources.data?.sources.length === 0;
  const any = useSearch(
    { query: 'not event.dataset:tocsin.audit | head 1', from: '30d' },
    { enabled: quiet, refreshMs: 3_000 },
  );
  if (quiet && any.data?.rows.length === 0) return <FirstSteps />;
  const needing = (open.data?.alerts ?? []).filter((a) => a.state === 'new').length;
  const total = Number(events.data?.rows[0]?.count ?? 0);
  const inBounds = (iso: string) => Date.parse(iso) >= start && Date.parse(iso) <= Date.now();
  const shown = [...(open.data?.alerts ?? [])].sort(byRisk).slice(0, 12);
  const connected = (enforcers.data?.enforcers ?? []).filter((e) => e.state === 'active').length;
  return (
    <Box style={{ display: 'grid', gap: 12, gridTemplateColumns: 'minmax(0, 1fr)' }}>
      <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }} spacing={12}>
        <Fact
          to="/alerts"
          note={`${(open.data?.alerts ?? []).length - needing} more are being looked at`}
        >
          {alertSentence(needing)}
        </Fact>
        <Fact
          to="/decisions"
          note={`${(decided.data?.decisions ?? []).filter((d) => d.dry_run && inBounds(d.created)).length} more by dry run in this time`}
        >
          {decisionSentence(active.data?.active ?? 0, connected)}
        </Fact>
        <Fact to="/events" note="in the chosen time">
          {eventSentence(total, Number(earlier.data?.rows[0]?.count ?? 0))}
        </Fact>
        <Fact
          to="/sources"
          note={
            checkpoint.data
              ? `signed checkpoint of ${checkpoint.data.split('\n')[1]} blocks`
              : 'the first checkpoint is signed within a minute'
          }
        >
          {`Journal holds ${shortCount(Math.max(0, (health.data?.journal.next_seq ?? 1) - 1))} records`}
        </Fact>
      </SimpleGrid>
      <Panel p={0}>
        <Suspense fallback={<Box h={230} />}>
          <Timeline
            range={range}
            alerts={inRange.data?.alerts ?? []}
            decisions={(decided.data?.decisions ?? []).filter((d) => inBounds(d.created))}
            onRange={setRange}
          />
        </Suspense>
      </Panel>
      <Box
        style={{
          display: 'grid',
          gap: 12,
          gridTemplateColumns: 'repeat(auto-fit, minmax(min(420px, 100%), 1fr))',
        }}
      >
        <Panel title="Open alerts" p={0}>
          {shown.length === 0 && <EmptyState title="No open alerts" />}
          <Table fz="sm" verticalSpacing={4} highlightOnHover aria-label="Open alerts">
            <Table.Tbody>
              {shown.map((a) => (
                <Table.Tr
                  key={a.id}
                  onClick={() => change({ open: `alert:${a.id}` })}
                  style={{ cursor: 'pointer', borderLeft: `3px solid var(--severity-${a.level})` }}
                >
                  <Table.Td w={100}>
                    <Severity level={a.level} />
                  </Table.Td>
                  <Table.Td>
                    <a
                      href={`?open=alert:${a.id}`}
                      className="plain"
                      onClick={(e) => e.preventDefault()}
                    >
                      {a.title}
                    </a>
                    <Group gap={4} mt={2}>
                      {a.key.map((k) => (
                        <EntityChip key={k.field} field={k.field} value={k.value} />
                      ))}
                    </Group>
                  </Table.Td>
                  <Table.Td w={90} ta="right">
                    <Time iso={a.last} form="ago" />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Panel>
        <Panel title="Where it comes from">
          <WorldMap counts={counts} />
          <Text size="xs" c="dimmed">
            {[...counts]
              .slice(0, 8)
              .map(([code, n]) => `${code} ${shortCount(n)}`)
              .join(' · ') || 'No address of a known country in this time'}
          </Text>
        </Panel>
      </Box>
      <SimpleGrid cols={{ base: 1, md: 3 }} spacing={12}>
        <TopList
          title="Addresses that failed most"
          filter="event.outcome:failure"
          field="source.ip"
          range={range}
        />
        <TopList
          title="Users that failed most"
          filter="event.outcome:failure"
          field="user.name"
          range={range}
        />
        <TopList
          title="Paths that failed most"
          filter="event.outcome:failure"
          field="url.path"
          range={range}
        />
      </SimpleGrid>
    </Box>
  );
}
