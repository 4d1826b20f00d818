// The first tab: where it was, what it did most, and what was done about it.
import { Anchor, Box, Group, List, SimpleGrid, Text } from '@mantine/core';
import { useMemo } from 'react';
import { cellText, useSearch } from '@/api/search';
import type { Alert, Decision } from '@/api/types';
import { WorldMap } from '@/charts/WorldMap';
import { TopList } from '@/pages/overview/TopList';
import { DecisionTable } from '@/pages/decisions/DecisionTable';
import { Panel } from '@/parts/Panel';
import { Severity } from '@/parts/Severity';
import { Time } from '@/parts/Time';
import { shortCount } from '@/time/format';
import type { Range } from '@/time/range';
import { useUrlState } from '@/url/urlState';
import { OpenInEvents } from './OpenInEvents';
import { storyOf } from './story';

interface Props {
  filter: string;
  range: Range;
  alerts: Alert[];
  decisions: Decision[];
}

function Places({ filter, range }: { filter: string; range: Range }) {
  const { data } = useSearch({
    query: `${filter} | stats count by source.geo.country_iso_code | sort -count | head 60`,
    ...range,
  });
  const counts = useMemo(
    () =>
      new Map(
        (data?.rows ?? []).flatMap((r) => {
          const code = cellText(r['source.geo.country_iso_code']);
          return code ? [[code, Number(r.count)] as const] : [];
        }),
      ),
    [data],
  );
  return (
    <Panel title="Places">
      <WorldMap counts={counts} />
      <Text size="xs" c="dimmed">
        {[...counts]
          .slice(0, 10)
          .map(([code, n]) => `${code} ${shortCount(n)}`)
          .join(' · ') || 'No address of a known country in this time'}
      </Text>
    </Panel>
  );
}

function Story({ alerts, decisions }: { alerts: Alert[]; decisions: Decision[] }) {
  const [, change] = useUrlState();
  const steps = storyOf(alerts, decisions, 30);
  return (
    <Panel title="What was done about it">
      {steps.length === 0 && (
        <Text size="sm" c="dimmed">
          No alert names it, and nothing was decided.
        </Text>
      )}
      <Box
        style={{ maxHeight: 300, overflow: 'auto' }}
        tabIndex={0}
        role="group"
        aria-label="Steps"
      >
        <List listStyleType="none" size="sm" spacing={4}>
          {steps.map((s, i) => (
            <List.Item key={i}>
              <Group gap={8} wrap="nowrap" align="baseline">
                <Text span size="xs" c="dimmed" style={{ flex: 'none', width: 130 }}>
                  <Time iso={s.at} />
                </Text>
                {s.level && <Severity level={s.level} />}
                <span style={{ overflowWrap: 'anywhere' }}>
                  {s.alert ? (
                    <Anchor
                      size="sm"
                      c="inherit"
                      href={`?open=alert:${s.alert}`}
                      onClick={(e) => {
                        e.preventDefault();
                        change({ open: `alert:${s.alert}` });
                      }}
                    >
                      {s.text}
                    </Anchor>
                  ) : (
                    s.text
                  )}
                </span>
              </Group>
            </List.Item>
          ))}
        </List>
      </Box>
    </Panel>
  );
}

export function Summary({ filter, range, alerts, decisions }: Props) {
  return (
    <Box p="md" style={{ display: 'grid', gap: 12, gridTemplateColumns: 'minmax(0, 1fr)' }}>
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing={12}>
        <Story alerts={alerts} decisions={decisions} />
        <Places filter={filter} range={range} />
      </SimpleGrid>
      {decisions.length > 0 && (
        <Panel title="Decisions" p={0}>
          <Box style={{ overflowX: 'auto' }}>
            <DecisionTable decisions={decisions.slice(0, 20)} />
          </Box>
        </Panel>
      )}
      <SimpleGrid cols={{ base: 1, sm: 2, xl: 4 }} spacing={12}>
        <TopList title="Where from" filter={filter} field="event.dataset" range={range} />
        <TopList title="What" filter={filter} field="event.action" range={range} />
        <TopList title="Paths" filter={filter} field="url.path" range={range} />
        <TopList title="Agents" filter={filter} field="user_agent.original" range={range} />
      </SimpleGrid>
      <div>
        <OpenInEvents query={filter} what="all of it" />
      </div>
    </Box>
  );
}
