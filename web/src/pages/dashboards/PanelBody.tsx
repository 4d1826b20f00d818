// One panel's answer, drawn as its type says. Every value leads to its events.
import { Anchor, Box, Group, Table, Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useMemo } from 'react';
import { cellText, filterOf, term, useSearch, withTerm } from '@/api/search';
import type { SearchResult } from '@/api/types';
import { Chart } from '@/charts/Chart';
import { stackColours, stackSeries } from '@/charts/stack';
import { ErrorState } from '@/parts/States';
import { localTime, shortCount } from '@/time/format';
import { rangeBounds, type Range } from '@/time/range';
import { keepRange, type UrlState } from '@/url/urlState';
import { compared, heatOf, meaningOf, namedValues, singleValue } from './answer';
import type { BoardPanel } from './board';

const WorldMap = lazy(() => import('@/charts/WorldMap').then((m) => ({ default: m.WorldMap })));
const rowsMost = 2_000;

interface BodyProps {
  panel: BoardPanel;
  data: SearchResult;
  range: Range;
  height: number;
  onValue: (field: string, value: string) => void;
  onRange: (range: Range) => void;
}

function Bars({ data, onValue }: BodyProps) {
  const { field, values } = namedValues(data);
  const most = Math.max(1, ...values.map((v) => v.value));
  return (
    <Box style={{ overflow: 'auto', height: '100%' }}>
      {values.slice(0, 50).map((v, i) => (
        <Box key={`${v.name}${i}`} py={3}>
          <Group justify="space-between" wrap="nowrap" gap="xs">
            {field ? (
              <Anchor
                component="button"
                className="data"
                c="var(--ink)"
                truncate="end"
                onClick={() => onValue(field, v.name)}
              >
                {v.name}
              </Anchor>
            ) : (
              <span />
            )}
            <Text size="sm" className="number">
              {shortCount(v.value)}
            </Text>
          </Group>
          <Box h={3} mt={2} bg="var(--line)" style={{ borderRadius: 2 }}>
            <Box
              h={3}
              w={`${(v.value / most) * 100}%`}
              bg="var(--mantine-primary-color-filled)"
              style={{ borderRadius: 2 }}
            />
          </Box>
        </Box>
      ))}
    </Box>
  );
}

function Pie({ panel, data, height, onValue }: BodyProps) {
  const { field, values } = namedValues(data);
  const option = useMemo(
    () => ({
      tooltip: { trigger: 'item', renderMode: 'richText', confine: true },
      color: stackColours,
      legend: { orient: 'vertical', right: 4, top: 'middle', type: 'scroll' },
      series: [
        {
          type: 'pie',
          radius: ['42%', '72%'],
          center: ['34%', '50%'],
          label: { show: false },
          data: values.map((v) => ({ name: v.name, value: v.value })),
        },
      ],
    }),
    [values],
  );
  return (
    <Chart
      option={option}
      height={height}
      label={`${panel.title}: ${values.map((v) => `${v.name} ${shortCount(v.value)}`).join(', ')}`}
      onClick={(at) => field && onValue(field, at.name)}
    />
  );
}

function Value({ panel, data, range }: BodyProps) {
  const now = singleValue(data);
  const span = range.to === undefined && /^\d+[smhdw]$/.test(range.from);
  const [start, end] = rangeBounds(range, Date.now());
  const before = useSearch(
    {
      query: panel.query,
      from: span ? doubled(range.from) : new Date(2 * start - end).toISOString(),
      to: span ? range.from : new Date(start).toISOString(),
      cache: true,
    },
    { enabled: now !== undefined },
  );
  const words = now !== undefined && before.data && compared(now, singleValue(before.data));
  return (
    <Box style={{ display: 'grid', placeContent: 'center', height: '100%', textAlign: 'center' }}>
      <Text className="number" fw={600} fz={34} lh={1.1}>
        {now === undefined ? '–' : shortCount(now)}
        {panel.options?.unit && (
          <Text span size="sm" c="dimmed" ml={6}>
            {panel.options.unit}
          </Text>
        )}
      </Text>
      <Text size="xs" c="dimmed" mih={18}>
        {words ? `${words}${span ? `, against the ${range.from} before` : ''}` : ''}
      </Text>
    </Box>
  );
}

// "24h" → "48h".
function doubled(span: string): string {
  return `${Number(span.slice(0, -1)) * 2}${span.slice(-1)}`;
}

function Rows({ panel, data, onValue }: BodyProps) {
  const { by } = meaningOf(data);
  return (
    <Box
      style={{ overflow: 'auto', height: '100%' }}
      tabIndex={0}
      role="region"
      aria-label={panel.title}
    >
      <Table stickyHeader fz="sm" verticalSpacing={3} highlightOnHover aria-label={panel.title}>
        <Table.Thead>
          <Table.Tr>
            {data.columns.map((c) => (
              <Table.Th key={c.name}>{c.name}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {data.rows.slice(0, 200).map((row, i) => (
            <Table.Tr key={i}>
              {data.columns.map((c) => {
                const value = cellText(row[c.name]);
                return (
                  <Table.Td key={c.name} className="data">
                    {by.includes(c.name) && value ? (
                      <Anchor
                        component="button"
                        className="data"
                        c="var(--ink)"
                        ta="left"
                        onClick={() => onValue(c.name, value)}
                      >
                        {value}
                      </Anchor>
                    ) : typeof row[c.name] === 'number' ? (
                      shortCount(row[c.name] as number)
                    ) : (
                      value
                    )}
                  </Table.Td>
                );
              })}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Box>
  );
}

function Series({ panel, data, range, height, onRange }: BodyProps) {
  const option = useMemo(() => {
    const { by, value } = meaningOf(data);
    const [start, end] = rangeBounds(range, Date.now());
    const all = stackSeries(data.rows, by[0] ?? '', (c) => cellText(c), value);
    const series = panel.options?.stacked
      ? all
      : all.map(({ name, itemStyle, data: points }) => ({
          name: name === 'none' && !by[0] ? (value ?? '') : name,
          type: 'line' as const,
          showSymbol: false,
          lineStyle: { width: 1.5 },
          itemStyle,
          data: points,
        }));
    return {
      xAxis: { type: 'time', min: start, max: end, splitLine: { show: false } },
      yAxis: { type: 'value', minInterval: 1, splitNumber: 3 },
      legend: {
        show: by.length > 0,
        type: 'scroll',
        right: 12,
        top: 0,
        itemWidth: 10,
        itemHeight: 10,
      },
      grid: { left: 48, right: 12, top: by.length > 0 ? 26 : 10, bottom: 22 },
      series,
    };
  }, [data, panel.options?.stacked, range]);
  return (
    <Chart
      option={option}
      height={height}
      label={panel.title}
      onRange={(from, to) =>
        onRange({ from: new Date(from).toISOString(), to: new Date(to).toISOString() })
      }
    />
  );
}

function HeatMap({ panel, data, height, onValue }: BodyProps) {
  const heat = useMemo(() => heatOf(data), [data]);
  const { by } = meaningOf(data);
  const row = Math.max(14, Math.min(34, (height - 18) / Math.max(1, heat.names.length)));
  return (
    <Box style={{ overflow: 'auto', height: '100%' }}>
      {heat.names.map((name) => (
        <Group key={name} gap={6} wrap="nowrap" h={row}>
          <Anchor
            component="button"
            className="data"
            c="var(--ink)"
            w={110}
            ta="right"
            truncate="end"
            style={{ flex: 'none' }}
            onClick={() => by[0] && onValue(by[0], name)}
          >
            {name}
          </Anchor>
          <svg
            role="img"
            aria-label={`${panel.title}: ${name}`}
            width="100%"
            height={row - 2}
            viewBox={`0 0 ${heat.times.length} 1`}
            preserveAspectRatio="none"
          >
            {heat.times.map((time, i) => {
              const n = heat.at.get(`${name}\n${time}`) ?? 0;
              return (
                <rect
                  key={time}
                  x={i}
                  y={0}
                  width={0.96}
                  height={1}
                  fill={n === 0 ? 'var(--line)' : 'var(--mantine-primary-color-filled)'}
                  fillOpacity={n === 0 ? 0.5 : 0.2 + 0.8 * Math.sqrt(n / heat.most)}
                >
                  <title>{`${name}, ${localTime(time)}: ${n.toLocaleString('en-US')}`}</title>
                </rect>
              );
            })}
          </svg>
        </Group>
      ))}
      <Group justify="space-between" ml={116}>
        <Text size="xs" c="dimmed">
          {heat.times[0] && localTime(heat.times[0])}
        </Text>
        <Text size="xs" c="dimmed">
          {heat.times.length > 1 && localTime(heat.times.at(-1)!)}
        </Text>
      </Group>
    </Box>
  );
}

function Places({ data, height }: BodyProps) {
  const { values } = namedValues(data);
  const counts = new Map(values.filter((v) => v.name.length === 2).map((v) => [v.name, v.value]));
  const list = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 10);
  return (
    <Box style={{ height, overflow: 'hidden', display: 'grid', gridTemplateRows: '1fr auto' }}>
      <Suspense fallback={<Box />}>
        <WorldMap counts={counts} />
      </Suspense>
      <Text size="xs" c="dimmed" truncate="end">
        {list.map(([code, n]) => `${code} ${shortCount(n)}`).join(' · ')}
      </Text>
    </Box>
  );
}

const bodies = {
  timeseries: Series,
  bars: Bars,
  pie: Pie,
  value: Value,
  table: Rows,
  map: Places,
  heatmap: HeatMap,
};

export function PanelBody({
  panel,
  range,
  height,
  refreshS,
  onRange,
}: {
  panel: BoardPanel;
  range: Range;
  height: number;
  refreshS: number;
  onRange: (range: Range) => void;
}) {
  const navigate = useNavigate();
  const { data, error, isPending, refetch } = useSearch(
    { query: panel.query, ...range, limit: rowsMost, cache: true },
    { refreshMs: range.to || refreshS === 0 ? undefined : refreshS * 1000 },
  );
  const onValue = (field: string, value: string) =>
    void navigate({
      to: '/events',
      search: (old: UrlState) => ({
        ...keepRange(old),
        q: withTerm(filterOf(panel.query), term(field, value)).replace(/^\* and /, ''),
      }),
    } as never);
  if (error && !data) return <ErrorState error={error} retry={() => void refetch()} />;
  if (isPending || !data) {
    return (
      <Text size="sm" c="dimmed" role="status">
        Working it out …
      </Text>
    );
  }
  // A field that no event has gives one row without a value.
  const { by, value } = meaningOf(data);
  const nothing = by.length > 0 && value && data.rows.every((r) => Number(r[value] ?? 0) === 0);
  if (data.rows.length === 0 || nothing) {
    return (
      <Text size="sm" c="dimmed">
        Nothing in this time
      </Text>
    );
  }
  const Body = bodies[panel.type];
  return <Body {...{ panel, data, range, height, onValue, onRange }} />;
}
