import { Group, Select, Text } from '@mantine/core';
import { useMemo } from 'react';
import { cellText, filterOf, useSearch } from '@/api/search';
import { Chart } from '@/charts/Chart';
import { stackSeries } from '@/charts/stack';
import { bucketSeconds, rangeBounds, spanText, type Range } from '@/time/range';

interface Props {
  query: string;
  range: Range;
  stack: string;
  fields: string[];
  onStack: (field: string) => void;
  onRange: (range: Range) => void;
}

export function Histogram({ query, range, stack, fields, onStack, onRange }: Props) {
  const bucket = bucketSeconds(range, Date.now());
  const by = /^[\w.@-]+$/.test(stack) ? stack : 'event.outcome';
  const { data, error } = useSearch({
    query: `${filterOf(query)} | timechart span=${spanText(bucket)} count by ${by}`,
    ...range,
    limit: 5000,
  });
  const option = useMemo(() => {
    const [start, end] = rangeBounds(range, Date.now());
    return {
      xAxis: { type: 'time', min: start, max: end, splitLine: { show: false } },
      yAxis: { type: 'value', minInterval: 1, splitNumber: 3 },
      legend: { show: true, type: 'scroll', right: 12, top: 0, itemWidth: 10, itemHeight: 10 },
      grid: { left: 52, right: 12, top: 26, bottom: 24 },
      series: stackSeries(data?.rows ?? [], by, cellText),
    };
  }, [data, by, range]);
  return (
    <div>
      <Group justify="space-between" px="sm" pt={6}>
        <Text size="xs" c="dimmed">
          {error ? '' : `${spanText(bucket)} a bar · drag to zoom`}
        </Text>
        <Select
          size="xs"
          w={220}
          aria-label="Stack by"
          searchable
          data={[...new Set([by, 'event.outcome', 'event.dataset', 'event.category', ...fields])]}
          value={by}
          onChange={(v) => v && onStack(v)}
        />
      </Group>
      <Chart
        option={option}
        height={150}
        label="Events over time"
        onRange={(from, to) =>
          onRange({ from: new Date(from).toISOString(), to: new Date(to).toISOString() })
        }
      />
    </div>
  );
}
