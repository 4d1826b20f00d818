// The four sentences of the first row.
import { count, shortCount } from '@/time/format';

export function alertSentence(open: number): string {
  if (open === 0) return 'No alert needs you';
  return open === 1 ? '1 alert needs you' : `${count(open)} alerts need you`;
}

export function decisionSentence(active: number, enforcers: number): string {
  if (active === 0) return 'Nothing is blocked now';
  const what = active === 1 ? '1 decision stands' : `${count(active)} decisions stand`;
  return enforcers === 0
    ? `${what}, no enforcer is connected`
    : `${what}, ${enforcers === 1 ? '1 enforcer' : `${enforcers} enforcers`} connected`;
}

export function eventSentence(now: number, before: number | undefined): string {
  const what = `${shortCount(now)} events`;
  if (!before) return what;
  const percent = Math.round(((now - before) / before) * 100);
  if (percent > 999) return what; // there was next to nothing before
  if (percent === 0) return `${what}, as many as before`;
  return `${what}, ${Math.abs(percent)} % ${percent > 0 ? 'more' : 'fewer'} than before`;
}
