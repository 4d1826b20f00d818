import { Box, Button, Group, Pill, Switch, Table, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { ApiProblem, messageOf } from '@/api/client';
import { cellText, firstPipe, useSearch } from '@/api/search';
import type { SearchResult } from '@/api/types';
import { EmptyState, ErrorState } from '@/parts/States';
import { commonFields } from '@/query/fields';
import { QueryBar } from '@/query/QueryBar';
import { count } from '@/time/format';
import { useRange } from '@/time/range';
import { useUrlState } from '@/url/urlState';
import { EventTable } from './EventTable';
import { FieldRail } from './FieldRail';
import { Histogram } from './Histogram';
import { SavedSearches } from './SavedSearches';
import { useTail, type Tail } from './useTail';

const pageRows = 200;
const rowsMost = 5_000;

// A share or a mean with the digits that say something.
function numberText(value: unknown): string | undefined {
  return typeof value === 'number' && !Number.isInteger(value)
    ? String(Number(value.toPrecision(6)))
    : undefined;
}

function Answer({ data }: { data: SearchResult }) {
  return (
    <Box style={{ overflow: 'auto' }}>
      <Table stickyHeader striped highlightOnHover fz="sm">
        <Table.Thead>
          <Table.Tr>
            {data.columns.map((c) => (
              <Table.Th key={c.name}>{c.name}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {data.rows.slice(0, 1000).map((row, i) => (
            <Table.Tr key={i}>
              {data.columns.map((c) => (
                <Table.Td key={c.name} className="data">
                  {numberText(row[c.name]) ?? cellText(row[c.name])}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Box>
  );
}

function tailWords(tail: Tail): string {
  if (tail.problem) return tail.problem;
  if (tail.state === 'lost') return 'the connection was lost; trying again';
  if (tail.state === 'connecting') return 'connecting';
  const part =
    tail.of > tail.shown && tail.shown > 0
      ? `, showing 1 in ${Math.max(2, Math.round(tail.of / tail.shown))}`
      : '';
  return `live${part}`;
}

export default function EventsPage() {
  const [state, change] = useUrlState();
  const [range, setRange] = useRange();
  const queries = useQueryClient();
  const [limit, setLimit] = useState(pageRows);
  const [held, setHeld] = useState(false);
  const query = state.q ?? '';
  const live = state.live === '1';
  const piped = firstPipe(query) >= 0;
  const columns = (state.cols ?? '').split(',').filter(Boolean);
  const ask = { query: query || '*', ...range, limit };
  const found = useSearch(ask, { enabled: !live });
  const tail = useTail(query, live, held);
  const fields = useMemo(() => {
    const seen = (found.data?.columns ?? [])
      .map((c) => c.name)
      .filter((n) => n !== '_seq' && n !== '@timestamp');
    return [...new Set([...commonFields, ...(found.data?.outcome.events ? seen.sort() : [])])];
  }, [found.data]);
  const bad =
    found.error instanceof ApiProblem && found.error.status === 400
      ? found.error.detail
      : undefined;
  const run = (q: string) => {
    setLimit(pageRows);
    change({ q: q || undefined });
    void queries.invalidateQueries({ queryKey: ['search'] });
  };
  const setColumns = (next: string[]) => change({ cols: next.join(',') || undefined }, true);
  const rows = live ? tail.rows : (found.data?.rows ?? []);
  const isEvents = live || found.data?.outcome.events;
  const open = state.open?.startsWith('event:') ? state.open.slice(6) : undefined;
  const words = live
    ? `${count(rows.length)} rows · ${tailWords(tail)}${held ? ' · held while you point at it' : ''}`
    : found.data &&
      `${count(found.data.outcome.rows)}${found.data.outcome.more ? ' newest' : ''} · ${Math.round(found.data.outcome.took_ms)} ms`;
  return (
    <Box>
      <Group align="flex-start" wrap="nowrap" gap="sm" mb="sm">
        <Box style={{ flex: 1, minWidth: 0 }}>
          <QueryBar query={query} range={range} fields={fields} problem={bad} onRun={run} />
        </Box>
        <SavedSearches />
        <Switch
          label="Live"
          checked={live}
          mt={8}
          onChange={(e) => change({ live: e.currentTarget.checked ? '1' : undefined })}
        />
      </Group>
      {!piped && !bad && !live && (
        <Box className="surface" mb="sm">
          <Histogram
            query={query}
            range={range}
            stack={state.stack ?? 'event.outcome'}
            fields={fields}
            onStack={(f) => change({ stack: f }, true)}
            onRange={setRange}
          />
        </Box>
      )}
      <Box style={{ display: 'grid', gridTemplateColumns: 'minmax(0, 1fr)', gap: 12 }}>
        <Box style={{ display: 'flex', gap: 12, minWidth: 0 }}>
          <Box visibleFrom="md" w={230} style={{ flex: 'none' }}>
            <FieldRail
              fields={fields}
              query={query}
              range={range}
              onQuery={run}
              onColumn={(f) =>
                setColumns(columns.includes(f) ? columns.filter((c) => c !== f) : [...columns, f])
              }
            />
          </Box>
          <Box
            className="surface"
            style={{ flex: 1, minWidth: 0 }}
            onMouseEnter={() => setHeld(live && rows.length > 0)}
            onMouseLeave={() => setHeld(false)}
          >
            <Group px="sm" py={6} justify="space-between" mih={38}>
              <Group gap="xs">
                <Text size="sm" className="number" role="status">
                  {words || 'Searching …'}
                </Text>
                {columns.map((c) => (
                  <Pill
                    key={c}
                    withRemoveButton
                    onRemove={() => setColumns(columns.filter((o) => o !== c))}
                    removeButtonProps={{ 'aria-label': `Without the column ${c}` }}
                  >
                    {c}
                  </Pill>
                ))}
              </Group>
              {found.isFetching && !live ? (
                <Button
                  size="compact-xs"
                  variant="default"
                  onClick={() => void queries.cancelQueries({ queryKey: ['search'] })}
                >
                  Stop
                </Button>
              ) : (
                isEvents &&
                !live &&
                found.data?.outcome.more &&
                limit < rowsMost && (
                  <Button
                    size="compact-xs"
                    variant="default"
                    onClick={() => setLimit(Math.min(rowsMost, limit * 5))}
                  >
                    Show more
                  </Button>
                )
              )}
            </Group>
            {found.data?.outcome.warnings.map((w) => (
              <Text key={w} size="xs" px="sm" c="dimmed">
                {w}
              </Text>
            ))}
            {!live && found.error && !bad ? (
              <ErrorState error={found.error} retry={() => void found.refetch()} />
            ) : rows.length === 0 && (live || found.data) ? (
              <EmptyState title={live ? 'Nothing has come in yet' : 'Nothing matches'}>
                {live
                  ? 'New events appear here as they arrive.'
                  : `${bad ? messageOf(found.error) : 'Try a longer time range, or take a condition away.'}`}
              </EmptyState>
            ) : isEvents ? (
              <EventTable
                rows={rows}
                columns={columns}
                open={open}
                onOpen={(seq) => change({ open: `event:${seq}` }, open !== undefined)}
              />
            ) : (
              found.data && <Answer data={found.data} />
            )}
          </Box>
        </Box>
      </Box>
    </Box>
  );
}
