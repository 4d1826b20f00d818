import { describe, expect, it } from 'vitest';
import { byRisk, deedWords, scopeOf, techniques } from './words';
import type { Alert } from '@/api/types';

const alert = (level: string, last: string) => ({ level, last }) as Alert;

describe('alerts', () => {
  it('come gravest first, then newest', () => {
    const sorted = [
      alert('low', '3'),
      alert('critical', '1'),
      alert('high', '1'),
      alert('high', '2'),
    ].sort(byRisk);
    expect(sorted.map((a) => a.level + a.last)).toEqual(['critical1', 'high2', 'high1', 'low3']);
  });
  it('name their techniques', () => {
    expect(techniques(['attack.initial-access', 'attack.t1190', 'attack.t1059.004', 'x'])).toEqual([
      'T1190',
      'T1059.004',
    ]);
  });
  it('say what was done, and do not claim what was only rehearsed', () => {
    const until = '2026-01-02T00:00:00Z';
    const now = Date.parse('2026-01-01T00:00:00Z');
    const block = { kind: 'block', dry_run: false, lifted: null, until };
    expect(deedWords([], now)).toBe('');
    expect(deedWords([{ ...block, dry_run: true }], now)).toBe('would have blocked (dry run)');
    expect(deedWords([{ ...block, dry_run: true }, block], now)).toBe('blocked');
    expect(deedWords([{ ...block, lifted: {} }], now)).toBe('no longer blocked');
    expect(deedWords([block], now + 10 * 86_400_000)).toBe('no longer blocked');
  });
  it('know whom a decision would be about', () => {
    expect(scopeOf('source.ip')).toBe('address');
    expect(scopeOf('host.name')).toBeUndefined();
  });
});
