// A backtest's days as bars: findings, and what would have been decided about whom.
import type { Backtest, DecisionPreview } from '@/api/types';

export interface DayBar {
  day: string;
  findings: number;
  decided: number; // subjects that a decision would have hit, nobody innocent among them
  harmful: number; // subjects whose decision would have hit ordinary users
}
const dayMs = 86_400_000;
const barsMax = 400;

// Every day of the range has its bar, also those without findings.
export function daysOf(report: Backtest, impact?: DecisionPreview): DayBar[] {
  const bars = new Map<string, DayBar>();
  const bar = (day: string) => {
    const old = bars.get(day) ?? { day, findings: 0, decided: 0, harmful: 0 };
    bars.set(day, old);
    return old;
  };
  const end = Date.parse(report.to);
  const start = Math.max(Date.parse(report.from), end - barsMax * dayMs);
  for (let at = Math.floor(start / dayMs) * dayMs; at <= end; at += dayMs) {
    bar(new Date(at).toISOString().slice(0, 10));
  }
  for (const day of report.days) bar(day.day).findings += day.findings;
  for (const subject of impact?.subjects ?? []) {
    if (subject.outcome === 'refused') continue;
    const day = bar(subject.from.slice(0, 10));
    if (subject.innocent_users.length > 0) day.harmful += 1;
    else day.decided += 1;
  }
  return [...bars.values()].sort((a, b) => a.day.localeCompare(b.day));
}

const s = (n: number, one: string) => `${n.toLocaleString('en-US')} ${one}${n === 1 ? '' : 's'}`;

export function outcomeSentence(report: Backtest): string {
  if (report.findings === 0) {
    return `It would have found nothing in ${s(report.events_stored, 'event')}.`;
  }
  return `${s(report.findings, 'finding')} in ${s(report.events, 'event')}, ${s(report.alerts, 'alert')}.`;
}

export function impactSentence(impact: DecisionPreview): string {
  const innocent = impact.innocent_users.length;
  return innocent === 0
    ? `Armed, it would have stopped ${s(impact.events_stopped, 'event')} and hit no user who logged in.`
    : `Armed, it would have stopped ${s(impact.events_stopped, 'event')} and hit ${s(innocent, 'user')} who logged in.`;
}
