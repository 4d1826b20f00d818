// What stands against an entity now, and how grave its open alerts are.
import type { Alert, Decision } from '@/api/types';

type Times = Pick<Decision, 'created' | 'until' | 'lifted' | 'dry_run'>;

export function stands(d: Pick<Times, 'until' | 'lifted'>, now: number): boolean {
  return !d.lifted && Date.parse(d.until ?? '') > now;
}

// The decision that is in force, else the dry run that would be; of several the one that ends last.
export function standingDecision<T extends Times>(
  decisions: readonly T[],
  now: number,
): T | undefined {
  const left = decisions
    .filter((d) => stands(d, now))
    .sort((a, b) => (b.until ?? '').localeCompare(a.until ?? ''));
  return left.find((d) => !d.dry_run) ?? left[0];
}

const order = ['critical', 'high', 'medium', 'low', 'informational'];

export const isOpen = (a: Pick<Alert, 'state'>): boolean =>
  a.state === 'new' || a.state === 'acknowledged';

export function gravest(alerts: readonly Pick<Alert, 'level' | 'state'>[]): string | undefined {
  const open = alerts.filter(isOpen).map((a) => String(a.level));
  return order.find((level) => open.includes(level));
}

const forms: Record<string, string> = {
  block: 'Blocked',
  throttle: 'Throttled',
  challenge: 'Challenged',
  redirect: 'Redirected',
  disable: 'Disabled',
  custom: 'Acted on',
};

export function standingWords(d: Pick<Decision, 'kind' | 'dry_run'> | undefined): string {
  if (!d) return 'Nothing is decided';
  const word = forms[String(d.kind)] ?? String(d.kind);
  return d.dry_run ? `Would be ${word.toLowerCase()} (dry run)` : word;
}
