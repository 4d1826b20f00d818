import { describe, expect, it } from 'vitest';
import { eachLine, type ListedRule } from '@/api/rules';
import type { Backtest, DecisionPreview } from '@/api/types';
import { daysOf, impactSentence, outcomeSentence } from './impact';
import { fits, isBlind, rowsOf, sorted } from './ruleRows';
import { copyOf, idsOf, newId, spanOf, templateOf } from './ruleText';

const listed = (id: string, more: Partial<ListedRule> = {}): ListedRule => ({
  id,
  title: `Rule ${id}`,
  description: '',
  level: 'high',
  status: 'stable',
  kind: 'rule',
  tags: [],
  false_positives: [],
  references: [],
  logsource: 'category: web',
  file: 'builtin:web/x/rule.yml',
  own: false,
  line: 1,
  version: 'v',
  ...more,
});

describe('the rows of the list', () => {
  const rows = rowsOf({
    rules: [listed('a'), listed('b', { own: true, level: 'low', logsource: 'category: network' })],
    issues: [
      { file: 'mine.yml', line: 3, column: 7, reason: 'unknown modifier', refused: true },
      { file: 'mine.yml', line: 1, column: 1, reason: 'no such source known', refused: false },
    ],
    activity: { days: 7, from: '', rules: { b: [0, 3, 4] } },
    logsources: {
      from: '',
      events: 9,
      logsources: [
        { logsource: 'category: web', rules: 1, events: 9, exact: true },
        { logsource: 'category: network', rules: 1, events: 0, exact: true },
      ],
    },
    armed: [
      { what: 'rule', id: 'a', version: 'v', in_force: true },
      { what: 'rule', id: 'b', version: 'old', in_force: false },
      { what: 'playbook', id: 'b', version: 'v', in_force: true },
    ],
  });
  const titles = (list: typeof rows) => list.map((r) => r.title);
  it('say what acts, what only records and what was refused', () => {
    expect(rows.map((r) => r.state)).toEqual(['off', 'armed', 'dry run']);
    expect(rows[0]).toMatchObject({ title: 'mine.yml:3:7', own: true });
  });
  it('say which rule has no source; what is not known is not called blind', () => {
    expect(rows.map(isBlind)).toEqual([false, false, true]);
    expect(isBlind({ logsource: 'category: web', tried: undefined })).toBe(false);
  });
  it('are filtered by what the address says', () => {
    const by = (filter: Parameters<typeof fits>[1]) => titles(rows.filter((r) => fits(r, filter)));
    expect(by({ level: 'low' })).toEqual(['Rule b']);
    expect(by({ state: 'armed' })).toEqual(['Rule a']);
    expect(by({ state: 'no source' })).toEqual(['Rule b']);
    expect(by({ own: true, find: 'RULE network' })).toEqual(['Rule b']);
    expect(by({ technique: 'T1110' })).toEqual([]);
  });
  it('are sorted, most findings first when nothing is said', () => {
    expect(titles(sorted(rows, undefined))[0]).toBe('Rule b');
    expect(titles(sorted(rows, 'title'))).toEqual(['mine.yml:3:7', 'Rule a', 'Rule b']);
    expect(titles(sorted(rows, '__proto__'))[0]).toBe('Rule b');
  });
});

describe('the text of a rule', () => {
  const text = `title: Base
id: aaaa-1
name: base
---
title: "Many"
id: aaaa-2
correlation:
  rules: [base, basement]
  condition: base and not aaaa-1
`;
  it('has ids', () => {
    expect(idsOf(text)).toEqual(['aaaa-1', 'aaaa-2']);
    expect(idsOf(templateOf(newId(), '2026-01-01'))[0]).toMatch(/^[0-9a-f-]{36}$/);
  });
  it('is copied with ids and names of its own', () => {
    let n = 0;
    const copy = copyOf(text, () => `new-${(n += 1)}`);
    expect(copy.ids).toEqual(['new-1', 'new-2']);
    expect(copy.text).toContain('title: Base (copy)\nid: new-1\nname: base_copy');
    expect(copy.text).toContain('title: "Many (copy)"');
    expect(copy.text).toContain('[base_copy, basement]');
    expect(copy.text).toContain('base_copy and not new-1');
  });
  it('shows where an issue stands, and never outside itself', () => {
    const at = (line: number, column: number) => {
      const { from, to } = spanOf('a: b\n  cond: foo and bar\n', { line, column });
      return 'a: b\n  cond: foo and bar\n'.slice(from, to);
    };
    expect(at(2, 9)).toBe('foo');
    expect(at(2, 3)).toBe('cond');
    expect(at(1, 99)).toBe('a: b');
    expect(at(99, 1)).toBe('');
    expect(at(0, 0)).toBe('a');
  });
});

describe('a backtest', () => {
  const report = {
    from: '2026-01-01T10:00:00Z',
    to: '2026-01-03T09:00:00Z',
    events_stored: 5000,
    findings: 1,
    events: 12,
    alerts: 1,
    days: [{ day: '2026-01-02', findings: 1, events: 12 }],
    keys: [],
  } as unknown as Backtest;
  const subject = { outcome: 'taken', from: '2026-01-02T09:00:00Z', innocent_users: ['eve'] };
  const impact = {
    events_stopped: 3,
    innocent_users: ['eve'],
    subjects: [subject, { ...subject, outcome: 'refused' }, { ...subject, innocent_users: [] }],
  } as unknown as DecisionPreview;
  it('has a bar for every day', () =>
    expect(daysOf(report, impact)).toEqual([
      { day: '2026-01-01', findings: 0, decided: 0, harmful: 0 },
      { day: '2026-01-02', findings: 1, decided: 1, harmful: 1 },
      { day: '2026-01-03', findings: 0, decided: 0, harmful: 0 },
    ]));
  it('is told in a sentence', () => {
    expect(outcomeSentence(report)).toBe('1 finding in 12 events, 1 alert.');
    expect(outcomeSentence({ ...report, findings: 0 })).toContain('nothing in 5,000 events');
    expect(impactSentence(impact)).toContain('hit 1 user who');
  });
  it('is read line by line, wherever the bytes are cut', async () => {
    const bytes = new TextEncoder().encode('{"a":"é"}\n\n{"b":2}');
    const body = new ReadableStream<Uint8Array>({
      start(stream) {
        for (const byte of bytes) stream.enqueue(Uint8Array.of(byte));
        stream.close();
      },
    });
    const lines: string[] = [];
    await eachLine({ body }, (line) => lines.push(line));
    expect(lines).toEqual(['{"a":"é"}', '{"b":2}']);
  });
});
