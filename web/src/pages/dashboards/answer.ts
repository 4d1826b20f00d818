// What the rows of a panel mean: names, numbers, times.
import { cellText } from '@/api/search';
import type { SearchResult } from '@/api/types';

const timeColumn = '@timestamp';
const numeric = new Set(['long', 'double', 'integer', 'number', 'unsigned']);

export interface Meaning {
  by: string[]; // columns that name a row
  value?: string; // the column that is drawn
}

export function meaningOf(data: SearchResult): Meaning {
  const columns = data.columns.filter((c) => c.name !== timeColumn);
  const named = columns.find((c) => c.name === 'count');
  const numbers = columns.filter((c) => numeric.has(c.type) && c.name !== 'percent');
  const value = named ?? numbers.at(-1);
  return {
    by: columns.filter((c) => c !== value && c.name !== 'percent').map((c) => c.name),
    value: value?.name,
  };
}

export interface NamedValue {
  name: string;
  value: number;
}

export function namedValues(data: SearchResult): { field?: string; values: NamedValue[] } {
  const { by, value } = meaningOf(data);
  const field = by[0];
  return {
    field,
    values: data.rows.map((row) => ({
      name: field ? cellText(row[field]) || 'none' : '',
      value: value ? Number(row[value] ?? 0) : 0,
    })),
  };
}

// The number of a single value; undefined when there is none.
export function singleValue(data: SearchResult): number | undefined {
  const { value } = meaningOf(data);
  const row = data.rows[0];
  return row && value && row[value] !== null && row[value] !== undefined
    ? Number(row[value])
    : undefined;
}

// "12 % more", against what was before; nothing when there was nothing.
export function compared(now: number, before: number | undefined): string | undefined {
  if (before === undefined || before === 0) return undefined;
  const percent = Math.round(((now - before) / before) * 100);
  if (percent === 0) return 'as before';
  if (percent >= 1000) return 'more than ten times as many';
  return percent > 0 ? `${percent} % more` : `${-percent} % less`;
}

export interface Heat {
  names: string[]; // most first
  times: string[]; // ascending
  at: Map<string, number>; // `${name}\n${time}`
  most: number;
}

export function heatOf(data: SearchResult): Heat {
  const { by, value } = meaningOf(data);
  const totals = new Map<string, number>();
  const times = new Set<string>();
  const at = new Map<string, number>();
  let most = 0;
  for (const row of data.rows) {
    const name = by[0] ? cellText(row[by[0]]) || 'none' : 'all';
    const time = cellText(row[timeColumn]);
    const n = value ? Number(row[value] ?? 0) : 0;
    times.add(time);
    totals.set(name, (totals.get(name) ?? 0) + n);
    at.set(`${name}\n${time}`, n);
    most = Math.max(most, n);
  }
  const names = [...totals.keys()].sort((a, b) => totals.get(b)! - totals.get(a)!).slice(0, 12);
  return { names, times: [...times].sort(), at, most };
}
