// The range that is looked at: `from` is a span back from now ("24h") or an ISO time, `to` an ISO
// time or absent for now.
import { useUrlState } from '@/url/urlState';

export interface Range {
  from: string;
  to?: string;
}
export const presets = [
  { value: '15m', label: 'Last 15 minutes' },
  { value: '1h', label: 'Last hour' },
  { value: '4h', label: 'Last 4 hours' },
  { value: '24h', label: 'Last 24 hours' },
  { value: '7d', label: 'Last 7 days' },
  { value: '30d', label: 'Last 30 days' },
] as const;

const unitS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86400, w: 604800 };

// Seconds of "15m", "24h"; undefined for anything else.
export function spanSeconds(text: string): number | undefined {
  const match = /^(\d{1,9})([smhdw])$/.exec(text);
  return match ? Number(match[1]) * unitS[match[2]!]! : undefined;
}

// Start and end in milliseconds since 1970.
export function rangeBounds(range: Range, now: number): [number, number] {
  const end = range.to ? Date.parse(range.to) : now;
  const span = spanSeconds(range.from);
  const start = span === undefined ? Date.parse(range.from) : now - span * 1000;
  return [Number.isNaN(start) ? end - 86_400_000 : start, Number.isNaN(end) ? now : end];
}

// The width of a bar in seconds so that about `bars` fit: one of the steps that people can read.
export function bucketSeconds(range: Range, now: number, bars = 80): number {
  const [start, end] = rangeBounds(range, now);
  const wanted = Math.max(1, (end - start) / 1000 / bars);
  const steps = [
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200,
  ];
  return steps.find((s) => s >= wanted) ?? Math.ceil(wanted / 86400) * 86400;
}

// "5m" for 300: as the query language wants it.
export function spanText(seconds: number): string {
  for (const [unit, size] of [
    ['d', 86400],
    ['h', 3600],
    ['m', 60],
  ] as const) {
    if (seconds % size === 0) return `${seconds / size}${unit}`;
  }
  return `${seconds}s`;
}

export function useRange(): [Range, (range: Range) => void] {
  const [state, change] = useUrlState();
  const range: Range = { from: state.from ?? '24h', to: state.to };
  return [range, (next) => change({ from: next.from, to: next.to })];
}

export function rangeLabel(range: Range): string {
  const preset = presets.find((p) => p.value === range.from);
  if (!range.to) return preset?.label ?? `Since ${shortTime(range.from)}`;
  return `${shortTime(range.from)} – ${shortTime(range.to)}`;
}

function shortTime(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  return at.toLocaleString('en-GB', {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  });
}
