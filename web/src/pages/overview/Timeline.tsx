import { useMemo } from 'react';
import { useSearch } from '@/api/search';
import type { Alert, Decision } from '@/api/types';
import { Chart } from '@/charts/Chart';
import { severityColor } from '@/theme';
import { bucketSeconds, rangeBounds, spanText, type Range } from '@/time/range';

interface Props {
  range: Range;
  alerts: Alert[];
  decisions: Decision[];
  onRange: (range: Range) => void;
}

// Events as an area, alerts as marks by severity, decisions as ticks below.
export default function Timeline({ range, alerts, decisions, onRange }: Props) {
  const bucket = bucketSeconds(range, Date.now(), 120);
  const { data } = useSearch(
    { query: `* | timechart span=${spanText(bucket)} count`, ...range, limit: 2000 },
    { refreshMs: range.to ? undefined : 15_000 },
  );
  const option = useMemo(() => {
    const [start, end] = rangeBounds(range, Date.now());
    const points = (data?.rows ?? []).map(
      (r) => [Date.parse(String(r['@timestamp'])), Number(r.count)] as [number, number],
    );
    const most = Math.max(1, ...points.map((p) => p[1]));
    const marks = (['critical', 'high', 'medium', 'low'] as const).map((level, i) => ({
      name: `${level} alerts`,
      type: 'scatter',
      symbol: level === 'critical' ? 'diamond' : 'circle',
      symbolSize: level === 'critical' ? 12 : 9 - i,
      itemStyle: { color: severityColor[level] },
      data: alerts
        .filter((a) => a.level === level)
        .map((a) => [Date.parse(a.first), most * (1.25 - i * 0.06), a.title]),
      tooltip: {
        trigger: 'item',
        formatter: (p: { data: [number, number, string] }) => `${level}: ${p.data[2]}`,
      },
    }));
    return {
      xAxis: { type: 'time', min: start, max: end, splitLine: { show: false } },
      yAxis: {
        type: 'value',
        max: most * 1.35,
        min: -most * 0.12,
        splitNumber: 3,
        axisLabel: { formatter: (v: number) => (v < 0 || v > most ? '' : String(Math.round(v))) },
      },
      tooltip: { trigger: 'item', renderMode: 'richText', confine: true },
      legend: { show: true, top: 0, right: 12, itemWidth: 10, itemHeight: 10, type: 'scroll' },
      grid: { left: 56, right: 12, top: 30, bottom: 24 },
      series: [
        {
          name: 'events',
          type: 'line',
          showSymbol: false,
          areaStyle: { opacity: 0.18 },
          lineStyle: { width: 1.5 },
          itemStyle: { color: '#B7791F' },
          data: points,
        },
        ...marks,
        {
          name: 'decisions',
          type: 'scatter',
          symbol: 'rect',
          symbolSize: [2, 10],
          itemStyle: { color: '#8a8271' },
          data: decisions.map((d) => [Date.parse(d.created), -most * 0.06, `${d.kind} ${d.value}`]),
          tooltip: { formatter: (p: { data: [number, number, string] }) => p.data[2] },
        },
      ],
    };
  }, [data, alerts, decisions, range]);
  return (
    <Chart
      option={option}
      height={230}
      label="Events, alerts and decisions over time"
      onRange={(from, to) =>
        onRange({ from: new Date(from).toISOString(), to: new Date(to).toISOString() })
      }
    />
  );
}
