import { describe, expect, it } from 'vitest';
import { entityHref, searchText } from './urlState';

describe('links to entities', () => {
  it('keep a value that looks like a number as it is', () => {
    expect(searchText('12345678901234567890')).toBe('"12345678901234567890"');
    expect(searchText('1.10')).toBe('"1.10"');
    expect(searchText('alice')).toBe('alice');
  });
  it('carry hostile values as values', () => {
    const href = entityHref('user', '"><script>&kind=x', { from: '7d', q: 'dropped' });
    const query = new URLSearchParams(href.slice(href.indexOf('?')));
    expect(query.get('value')).toBe('"><script>&kind=x');
    expect(query.get('kind')).toBe('user');
    expect(query.get('from')).toBe('7d');
    expect(query.has('q')).toBe(false);
  });
});
