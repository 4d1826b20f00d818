import { Badge, Box, Tabs } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { useSearch } from '@/api/search';
import { fieldOfKind, termOf, type EntityKind } from '@/parts/entity';
import { Panel } from '@/parts/Panel';
import { ErrorState } from '@/parts/States';
import { useAlertsOf, useDecisionsOf, useKnown } from '@/parts/useEntity';
import { shortCount } from '@/time/format';
import { rangeLabel, useRange, type Range } from '@/time/range';
import { useUrlState } from '@/url/urlState';
import { AlertRows } from './AlertRows';
import { Deeds } from './Deeds';
import { Header } from './Header';
import { OpenInEvents } from './OpenInEvents';
import { Peers } from './Peers';
import { deedsQuery, type Deeds as Sort } from './queries';
import { Summary } from './Summary';

// The chart comes after the first paint.
const EntityTimeline = lazy(() => import('./EntityTimeline'));

const peerKinds: readonly EntityKind[] = ['address', 'user', 'host', 'session'];

function useCount(query: string, range: Range): number | undefined {
  const { data } = useSearch(
    { query: `${query} | stats count`, ...range, cache: true },
    { refreshMs: range.to ? undefined : 30_000 },
  );
  return data && Number(data.rows[0]?.count ?? 0);
}

function usePeerCount(kind: EntityKind, value: string, range: Range): number | undefined {
  const others = peerKinds.filter((k) => k !== kind);
  const { data } = useSearch({
    query: `${termOf(kind, value)} | stats ${others.map((k) => `dc(${fieldOfKind[k]}) as ${k}s`).join(', ')}`,
    ...range,
    cache: true,
  });
  return data && others.reduce((sum, k) => sum + Number(data.rows[0]?.[`${k}s`] ?? 0), 0);
}

const tabs = ['overview', 'logins', 'requests', 'alerts', 'flows', 'peers'] as const;
const names: Record<(typeof tabs)[number], string> = {
  overview: 'Overview',
  logins: 'Log-ins',
  requests: 'Requests',
  alerts: 'Alerts',
  flows: 'Flows',
  peers: 'Peers',
};

export function EntityPage({ kind, value }: { kind: EntityKind; value: string }) {
  const [state, change] = useUrlState();
  const [range, setRange] = useRange();
  const filter = termOf(kind, value);
  const known = useKnown(kind, value, 30_000);
  const alerts = useAlertsOf(kind, value, 10_000);
  const decisions = useDecisionsOf(kind, value, 10_000);
  const counts: Partial<Record<(typeof tabs)[number], number>> = {
    logins: useCount(deedsQuery(kind, value, 'logins'), range),
    requests: useCount(deedsQuery(kind, value, 'requests'), range),
    flows: useCount(deedsQuery(kind, value, 'flows'), range),
    peers: usePeerCount(kind, value, range),
    alerts: alerts.data?.length,
  };
  const tab = tabs.find((t) => t === state.tab) ?? 'overview';
  const failed = known.error ?? alerts.error;
  if (failed && !known.data)
    return <ErrorState error={failed} retry={() => void known.refetch()} />;
  const alertList = alerts.data ?? [];
  const decisionList = decisions.data ?? [];
  return (
    <Box style={{ display: 'grid', gap: 12, gridTemplateColumns: 'minmax(0, 1fr)' }}>
      <Header
        kind={kind}
        value={value}
        known={known.data}
        alerts={alertList}
        decisions={decisionList}
      />
      <Panel
        title={`What it did: ${rangeLabel(range).toLowerCase()}`}
        side={<OpenInEvents query={filter} what="what it did" />}
        p={0}
      >
        <Suspense fallback={<Box h={210} />}>
          <EntityTimeline
            filter={filter}
            range={range}
            alerts={alertList}
            decisions={decisionList}
            onRange={setRange}
          />
        </Suspense>
      </Panel>
      <Box className="surface">
        <Tabs
          value={tab}
          onChange={(v) => change({ tab: v === 'overview' ? undefined : (v ?? undefined) }, true)}
          keepMounted={false}
        >
          <Tabs.List>
            {tabs.map((t) => (
              <Tabs.Tab
                key={t}
                value={t}
                rightSection={
                  counts[t] === undefined ? undefined : (
                    <Badge size="xs" variant="default" className="number">
                      {shortCount(counts[t])}
                    </Badge>
                  )
                }
              >
                {names[t]}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Tabs.Panel value="overview">
            <Summary filter={filter} range={range} alerts={alertList} decisions={decisionList} />
          </Tabs.Panel>
          {(['logins', 'requests', 'flows'] as Sort[]).map((sort) => (
            <Tabs.Panel key={sort} value={sort}>
              <Deeds kind={kind} value={value} range={range} sort={sort} />
            </Tabs.Panel>
          ))}
          <Tabs.Panel value="alerts">
            <AlertRows alerts={alertList} />
          </Tabs.Panel>
          <Tabs.Panel value="peers">
            <Peers kind={kind} value={value} known={known.data} range={range} />
          </Tabs.Panel>
        </Tabs>
      </Box>
    </Box>
  );
}
