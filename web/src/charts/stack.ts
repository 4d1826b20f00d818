// Rows of a timechart as stacked bars. Colours are neutral: red is for severity alone.
import type { Cell, Row } from '@/api/types';

export const stackColours = [
  '#8a8271',
  '#b7791f',
  '#5c7c8a',
  '#7a8f5a',
  '#9a6a7a',
  '#6b6b8f',
  '#a08a5c',
  '#5f8f86',
  '#8f7a5f',
  '#7d7d7d',
];
const named: Record<string, string> = {
  success: '#7f8f84',
  failure: '#b7791f',
  unknown: '#a9a294',
};

// Every series has every time: charts stack by place in the list, not by time.
export function stackSeries(
  rows: Row[],
  by: string,
  text: (cell: Cell) => string,
  value = 'count',
) {
  const byName = new Map<string, Map<number, number>>();
  const times = new Set<number>();
  for (const row of rows) {
    const name = text(row[by]) || 'none';
    const at = Date.parse(String(row['@timestamp']));
    times.add(at);
    const counts = byName.get(name) ?? new Map<number, number>();
    counts.set(at, (counts.get(at) ?? 0) + Number(row[value] ?? 0));
    byName.set(name, counts);
  }
  const total = (name: string) => [...byName.get(name)!.values()].reduce((sum, n) => sum + n, 0);
  const names = [...byName.keys()].sort((a, b) => total(b) - total(a));
  const ordered = [...times].sort((a, b) => a - b);
  return names.slice(0, 12).map((name, i) => ({
    name,
    type: 'bar' as const,
    stack: 'all',
    barCategoryGap: '12%',
    barMaxWidth: 28, // a single bar of a quiet day is no wall
    itemStyle: { color: named[name] ?? stackColours[i % stackColours.length] },
    data: ordered.map((at): [number, number] => [at, byName.get(name)!.get(at) ?? 0]),
  }));
}
