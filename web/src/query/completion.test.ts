import { describe, expect, it } from 'vitest';
import { complete, matching, problemColumn, wantedAt } from './completion';

describe('completion', () => {
  it('knows what could stand at the caret', () => {
    expect(wantedAt('sour', 4)).toMatchObject({ kind: 'field', typed: 'sour', from: 0 });
    expect(wantedAt('a:1 and user.na', 15)).toMatchObject({
      kind: 'field',
      typed: 'user.na',
      from: 8,
    });
    expect(wantedAt('user.name:al', 12)).toMatchObject({
      kind: 'value',
      field: 'user.name',
      typed: 'al',
    });
    expect(wantedAt('* | st', 6)).toMatchObject({ kind: 'verb', typed: 'st', from: 4 });
  });
  it('puts the choice in, quoted when it must be', () => {
    const query = 'user.name:al and x:1';
    expect(complete(query, 12, wantedAt(query, 12), 'alice').query).toBe('user.name:alice and x:1');
    expect(complete('url.path:', 9, wantedAt('url.path:', 9), '/a "b"').query).toBe(
      'url.path:"/a \\"b\\"" ',
    );
    expect(complete('sou', 3, wantedAt('sou', 3), 'source.ip')).toEqual({
      query: 'source.ip:',
      caret: 10,
    });
  });
  it('offers what begins so before what holds it', () => {
    expect(matching(['event.action', 'action', 'b'], 'act')).toEqual(['action', 'event.action']);
  });
  it('finds the character that a refusal names', () => {
    expect(problemColumn('a value is expected here (character 6)\n  foo:(\n       ^')).toBe(6);
    expect(problemColumn('no')).toBeUndefined();
  });
});
