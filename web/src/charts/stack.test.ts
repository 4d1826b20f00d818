import { expect, it } from 'vitest';
import { stackSeries } from './stack';

const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
const text = (cell: unknown) => String(cell ?? '');

it('series have the same times, so that one stands on the other', () => {
  const series = stackSeries(
    [
      { '@timestamp': at(1), outcome: 'success', count: 5 },
      { '@timestamp': at(2), outcome: 'success', count: 6 },
      { '@timestamp': at(2), outcome: 'failure', count: 1 },
    ],
    'outcome',
    text,
  );
  expect(series.map((s) => [s.name, s.data.map(([, n]) => n)])).toEqual([
    ['success', [5, 6]],
    ['failure', [0, 1]],
  ]);
  expect(series[0]!.data.map(([t]) => t)).toEqual(series[1]!.data.map(([t]) => t));
});

it('a row without the field is of none', () => {
  const series = stackSeries([{ '@timestamp': at(1), count: 2, total: 9 }], 'x', text, 'total');
  expect(series.map((s) => [s.name, s.data[0]![1]])).toEqual([['none', 9]]);
});
