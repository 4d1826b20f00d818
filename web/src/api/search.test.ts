import { describe, expect, it } from 'vitest';
import { filterOf, firstPipe, term, withTerm } from './search';

describe('conditions', () => {
  it('quotes what the query language would read as its own', () => {
    expect(term('user.name', 'alice')).toBe('user.name:alice');
    expect(term('url.path', '/a b')).toBe('url.path:"/a b"');
    expect(term('message', 'say "hi" \\ or')).toBe('message:"say \\"hi\\" \\\\ or"');
    expect(term('user.name', 'not')).toBe('user.name:"not"');
    expect(term('http.response.status_code', 404)).toBe('http.response.status_code:404');
  });
  it('puts a condition before the verbs', () => {
    expect(withTerm('a:1 | stats count', 'b:2')).toBe('a:1 and b:2 | stats count');
    expect(withTerm('', 'b:2')).toBe('b:2');
    expect(withTerm('a:1 or a:3', 'b:2')).toBe('(a:1 or a:3) and b:2');
    expect(withTerm('a:1 and b:2', 'b:2')).toBe('a:1 and b:2');
  });
  it('does not take a bar in quotes for a verb', () => {
    expect(firstPipe('message:"a|b"')).toBe(-1);
    expect(filterOf('message:"a|b" | head 3')).toBe('message:"a|b"');
    expect(filterOf(' | head 3')).toBe('*');
  });
});
