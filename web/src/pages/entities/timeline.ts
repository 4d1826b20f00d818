// The chart of an entity: what it did as bars by outcome, alerts as marks above them, decisions as
// bands below. Pure.
import { cellText } from '@/api/search';
import type { Alert, Decision, Row } from '@/api/types';
import { stackSeries } from '@/charts/stack';
import { severityColor } from '@/theme';

type Point = [number, number, string];
const bandColor = '#8a8271';
const marksMax = 300;

// The part of a decision's life that is in sight; nothing when it is outside.
export function bandOf(
  d: Pick<Decision, 'created' | 'until' | 'lifted'>,
  start: number,
  end: number,
): [number, number] | undefined {
  const lifted = d.lifted?.at;
  const from = Date.parse(d.created ?? '');
  const to = Math.min(Date.parse(d.until ?? ''), lifted ? Date.parse(lifted) : Infinity);
  if (Number.isNaN(from) || Number.isNaN(to) || to <= start || from >= end) return undefined;
  return [Math.max(from, start), Math.min(to, end)];
}

// The highest stack of bars.
export function tallest(rows: readonly Row[]): number {
  const sums = new Map<string, number>();
  for (const row of rows) {
    const at = String(row['@timestamp']);
    sums.set(at, (sums.get(at) ?? 0) + Number(row.count ?? 0));
  }
  return Math.max(1, ...sums.values());
}

export function timelineOption(
  rows: Row[],
  alerts: readonly Alert[],
  decisions: readonly Decision[],
  [start, end]: [number, number],
) {
  const most = tallest(rows);
  const marks = (['critical', 'high', 'medium', 'low', 'informational'] as const).flatMap(
    (level, i) => {
      const data = alerts
        .filter((a) => a.level === level)
        .map((a): Point => [Date.parse(a.first), most * (1.28 - i * 0.05), a.title])
        .filter(([at]) => at >= start && at <= end)
        .slice(0, marksMax);
      if (data.length === 0) return [];
      return {
        name: `${level} alerts`,
        type: 'scatter',
        symbol: level === 'critical' ? 'diamond' : 'circle',
        symbolSize: level === 'critical' ? 12 : 9,
        itemStyle: { color: severityColor[level] },
        data,
        tooltip: { formatter: (p: { data: Point }) => `${level}: ${p.data[2]}` },
      };
    },
  );
  const bands = decisions.slice(0, marksMax).flatMap((d) => {
    const band = bandOf(d, start, end);
    if (!band) return [];
    const said = `${d.kind} ${d.value}${d.dry_run ? ' (dry run)' : ''}`;
    return {
      name: d.dry_run ? 'dry runs' : 'decisions',
      type: 'line',
      symbol: 'rect',
      symbolSize: [3, 12],
      showSymbol: true,
      lineStyle: { width: d.dry_run ? 2 : 7, type: d.dry_run ? 'dashed' : 'solid', opacity: 0.75 },
      itemStyle: { color: bandColor },
      data: band.map((at): Point => [at, -most * 0.09, said]),
      tooltip: { formatter: (p: { data: Point }) => p.data[2] },
    };
  });
  return {
    xAxis: { type: 'time', min: start, max: end, splitLine: { show: false } },
    yAxis: {
      type: 'value',
      min: -most * 0.18,
      max: most * 1.4,
      splitNumber: 3,
      axisLabel: { formatter: (v: number) => (v < 0 || v > most ? '' : String(Math.round(v))) },
    },
    tooltip: { trigger: 'item', renderMode: 'richText', confine: true },
    legend: { show: true, top: 0, right: 12, itemWidth: 10, itemHeight: 10, type: 'scroll' },
    grid: { left: 52, right: 12, top: 28, bottom: 24 },
    series: [
      ...stackSeries(rows, 'event.outcome', cellText).map((s) => ({ ...s, large: false })),
      ...marks,
      ...bands,
    ],
  };
}
