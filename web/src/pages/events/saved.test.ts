import { expect, it } from 'vitest';
import { savedOf, urlOf } from './saved';

it('what is kept comes back', () => {
  const saved = savedOf({ q: 'a:b', from: '7d', cols: 'user.name,source.ip', live: '1' });
  expect(saved).toEqual({ query: 'a:b', range: '7d', columns: ['user.name', 'source.ip'] });
  expect(urlOf(saved)).toEqual({
    q: 'a:b',
    cols: 'user.name,source.ip',
    live: undefined,
    open: undefined,
    from: '7d',
    to: undefined,
  });
});

it('a range between two times is left out', () => {
  expect(savedOf({ from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' })).toEqual({
    query: '',
  });
  expect(urlOf({ query: '' })).not.toHaveProperty('from');
});
