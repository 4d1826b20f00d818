// What alerts are told with.
import type { Alert } from '@/api/types';

export const levelRank: Record<string, number> = {
  critical: 0,
  high: 1,
  medium: 2,
  low: 3,
  informational: 4,
};

// Gravest first, then what happened last.
export function byRisk(a: Alert, b: Alert): number {
  const rank = (levelRank[a.level] ?? 9) - (levelRank[b.level] ?? 9);
  return rank !== 0 ? rank : b.last.localeCompare(a.last);
}

// The ATT&CK technique ids among the tags: "T1059.004".
export function techniques(tags: readonly string[]): string[] {
  return tags
    .filter((t) => /^attack\.t\d{4}(\.\d{3})?$/i.test(t))
    .map((t) => t.slice(7).toUpperCase());
}

export interface Deed {
  kind: string;
  dry_run: boolean;
  lifted: unknown;
  until: string;
}
const done: Record<string, string> = {
  block: 'blocked',
  throttle: 'throttled',
  challenge: 'challenged',
  redirect: 'redirected',
  disable: 'disabled',
  custom: 'acted on',
};

// "blocked", "would have blocked (dry run)", "no longer blocked"; empty when nothing was decided.
export function deedWords(decisions: readonly Deed[], now: number): string {
  const one = decisions.find((d) => !d.dry_run) ?? decisions[0];
  if (!one) return '';
  const word = done[one.kind] ?? one.kind;
  if (one.dry_run) return `would have ${word === 'acted on' ? 'acted' : word} (dry run)`;
  return one.lifted || Date.parse(one.until) <= now ? `no longer ${word}` : word;
}

// What a decision about this key would be about.
export function scopeOf(field: string): 'address' | 'user' | undefined {
  if (field === 'source.ip') return 'address';
  return field === 'user.name' ? 'user' : undefined;
}
