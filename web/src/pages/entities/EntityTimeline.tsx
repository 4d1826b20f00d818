import { useMemo } from 'react';
import { useSearch } from '@/api/search';
import type { Alert, Decision } from '@/api/types';
import { Chart } from '@/charts/Chart';
import { bucketSeconds, rangeBounds, spanText, type Range } from '@/time/range';
import { timelineOption } from './timeline';

interface Props {
  filter: string;
  range: Range;
  alerts: Alert[];
  decisions: Decision[];
  onRange: (range: Range) => void;
}

export default function EntityTimeline({ filter, range, alerts, decisions, onRange }: Props) {
  const bucket = bucketSeconds(range, Date.now(), 100);
  const { data } = useSearch(
    {
      query: `${filter} | timechart span=${spanText(bucket)} count by event.outcome`,
      ...range,
      limit: 5000,
    },
    { refreshMs: range.to ? undefined : 20_000 },
  );
  const option = useMemo(
    () => timelineOption(data?.rows ?? [], alerts, decisions, rangeBounds(range, Date.now())),
    [data, alerts, decisions, range],
  );
  return (
    <Chart
      option={option}
      height={210}
      label="What it did, and what was done about it, over time"
      onRange={(from, to) =>
        onRange({ from: new Date(from).toISOString(), to: new Date(to).toISOString() })
      }
    />
  );
}
