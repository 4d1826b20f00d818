import { describe, expect, it } from 'vitest';
import { entityOf, isAddress, kindFrom, termOf } from './entity';
import { gravest, standingDecision, standingWords } from './standing';
import { decisionParams } from './useEntity';

const now = Date.parse('2026-01-02T00:00:00Z');
const made = (until: string, more: object = {}) => ({
  created: '2026-01-01T00:00:00Z',
  until,
  lifted: null,
  dry_run: false,
  ...more,
});

describe('what stands', () => {
  it('is what is in force before what is only a dry run', () => {
    const dry = made('2026-01-09T00:00:00Z', { dry_run: true });
    const real = made('2026-01-03T00:00:00Z');
    expect(standingDecision([dry, real], now)).toBe(real);
    expect(standingDecision([dry], now)).toBe(dry);
  });
  it('is nothing when all ended or were lifted', () => {
    const lifted = { ...made('2026-01-03T00:00:00Z'), lifted: { at: 'x' } } as never;
    expect(standingDecision([made('2026-01-01T12:00:00Z'), lifted], now)).toBeUndefined();
    expect(standingDecision([made('nonsense')], now)).toBeUndefined();
  });
  it('is told in words', () => {
    expect(standingWords(undefined)).toBe('Nothing is decided');
    expect(standingWords({ kind: 'block', dry_run: true })).toBe('Would be blocked (dry run)');
  });
});

describe('the risk', () => {
  it('is that of the gravest alert that is open', () => {
    expect(
      gravest([
        { level: 'critical', state: 'closed' },
        { level: 'low', state: 'new' },
        { level: 'high', state: 'acknowledged' },
      ] as never),
    ).toBe('high');
    expect(gravest([])).toBeUndefined();
  });
});

describe('entities', () => {
  it('are what the fields name', () => {
    expect(entityOf('source.ip', '::1')).toBe('address');
    expect(entityOf('rule.id', 'x')).toBeUndefined();
    expect(entityOf('constructor', 'x')).toBeUndefined();
    expect(entityOf('user.name', '')).toBeUndefined();
    expect(entityOf('user.name', 'x'.repeat(2000))).toBeUndefined();
    expect(kindFrom('toString')).toBeUndefined();
  });
  it('are searched with their value as a value', () => {
    expect(termOf('user', 'a" or *')).toBe('user.name:"a\\" or *"');
    expect(termOf('address', '2001:db8::1')).toBe('source.ip:"2001:db8::1"');
  });
  it('know addresses', () => {
    expect(isAddress('203.0.113.7')).toBe(true);
    expect(isAddress('2001:db8::1')).toBe(true);
    expect(isAddress('deadbeef')).toBe(false);
    expect(isAddress('12:30')).toBe(false);
  });
  it('find an address also by the networks that hold it; a host is never decided about', () => {
    expect(decisionParams('address', '10.0.0.1')).toEqual({ ip: '10.0.0.1' });
    expect(decisionParams('user', 'a')).toEqual({ value: 'a', scope: 'user' });
    expect(decisionParams('host', 'a')).toBeUndefined();
  });
});
