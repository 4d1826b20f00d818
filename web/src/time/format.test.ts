import { describe, expect, it } from 'vitest';
import { ago, bytes, duration, localTime, shortCount } from './format';
import { bucketSeconds, rangeBounds, spanSeconds, spanText } from './range';

describe('times for people', () => {
  it('says how long ago in the largest unit that says enough', () => {
    const now = Date.parse('2026-01-02T00:00:00Z');
    expect(ago('2026-01-01T23:59:48Z', now)).toBe('12 s ago');
    expect(ago('2026-01-02T03:00:00Z', now)).toBe('in 3 h');
    expect(duration(3 * 86400)).toBe('3 d');
    expect(ago('nonsense', now)).toBe('');
  });
  it('leaves what is no time as it is', () => expect(localTime('<b>')).toBe('<b>'));
  it('shortens large numbers', () => {
    expect(shortCount(9999)).toBe('9,999');
    expect(shortCount(1_234_567)).toBe('1.2 M');
    expect(bytes(1536)).toBe('1.5 KiB');
  });
});

describe('ranges', () => {
  const now = Date.parse('2026-01-02T00:00:00Z');
  it('reads spans and times', () => {
    expect(spanSeconds('24h')).toBe(86400);
    expect(spanSeconds('24 hours')).toBeUndefined();
    expect(rangeBounds({ from: '1h' }, now)).toEqual([now - 3_600_000, now]);
  });
  it('falls back to a day when the address holds nonsense', () => {
    expect(rangeBounds({ from: 'x', to: 'y' }, now)[1]).toBe(now);
  });
  it('makes bars of a width that people can read', () => {
    expect(bucketSeconds({ from: '24h' }, now)).toBe(1800);
    expect(spanText(1800)).toBe('30m');
    expect(spanText(7)).toBe('7s');
  });
});
