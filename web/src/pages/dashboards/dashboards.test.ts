import { describe, expect, it } from 'vitest';
import { idFor } from '@/api/documents';
import type { SearchResult } from '@/api/types';
import { compared, heatOf, meaningOf, namedValues, singleValue } from './answer';
import { readBoard, writeBoard, type Board, type BoardPanel } from './board';
import { addPanel, moveTo, panelId, resizeTo, settle, step } from './layout';

const panel = (id: string, x: number, y: number, w = 6, h = 2): BoardPanel => ({
  id,
  title: id,
  type: 'bars',
  query: '*',
  x,
  y,
  w,
  h,
});
const places = (panels: BoardPanel[]) => panels.map((p) => `${p.id}:${p.x},${p.y}`).join(' ');
const answer = (columns: [string, string][], rows: SearchResult['rows']): SearchResult => ({
  columns: columns.map(([name, type]) => ({ name, type })),
  rows,
  outcome: {
    rows: rows.length,
    more: false,
    events: false,
    took_ms: 1,
    parts_read: 1,
    parts_skipped: 0,
    warnings: [],
  },
});

describe('the grid', () => {
  it('lets nothing overlap and nothing float', () => {
    expect(places(settle([panel('a', 0, 0), panel('b', 3, 1), panel('c', 0, 9)]))).toBe(
      'a:0,0 b:3,2 c:0,4',
    );
  });
  it('makes room for what is moved', () => {
    const two = [panel('a', 0, 0), panel('b', 6, 0), panel('c', 0, 2)];
    expect(places(moveTo(two, 'c', 0, 0))).toBe('a:0,2 b:6,0 c:0,0');
    expect(places(moveTo(two, 'b', 99, -3))).toBe('a:0,0 b:6,0 c:0,2');
  });
  it('keeps a resized panel on the board', () => {
    const [a] = resizeTo([panel('a', 6, 0)], 'a', 99, 0);
    expect([a!.w, a!.h]).toEqual([6, 1]);
  });
  it('steps by keys, past its neighbours', () => {
    const two = [panel('a', 0, 0), panel('b', 0, 2)];
    expect(places(step(two, 'a', 'ArrowDown', false)!)).toBe('a:0,2 b:0,0');
    expect(places(step(two, 'b', 'ArrowUp', false)!)).toBe('a:0,2 b:0,0');
    expect(places(step(two, 'a', 'ArrowRight', false)!)).toBe('a:1,0 b:0,2');
    expect(step(two, 'a', 'ArrowRight', true)![0]!.w).toBe(7);
    expect(step(two, 'a', 'x', false)).toBeUndefined();
  });
  it('adds below, under a name of its own', () => {
    const two = [panel('panel-2', 0, 0), panel('b', 6, 0, 6, 5)];
    expect(panelId(two)).toBe('panel-3');
    expect(places(addPanel(two, { ...panel('n', 0, 0) }))).toBe('panel-2:0,0 b:6,0 n:0,2');
  });
});

describe('files of boards', () => {
  const board: Board = { range: '24h', refresh_s: 30, panels: [panel('a', 0, 0)] };
  it('what is written is read', () => {
    const read = readBoard(writeBoard('Mine', board));
    expect(read).toEqual({ title: 'Mine', board, mistakes: [] });
  });
  it('names the place of each mistake', () => {
    const wrong = JSON.stringify({
      document: {
        range: 'soon',
        panels: [panel('a', 0, 0), { ...panel('a', 9, 0), type: 'gauge', query: 1 }, 3],
      },
    });
    expect(readBoard(wrong).mistakes.map((m) => m.place)).toEqual([
      'title',
      'range',
      'panels[1].id',
      'panels[1].type',
      'panels[1].query',
      'panels[1].w',
      'panels[2]',
    ]);
    expect(readBoard('{').mistakes[0]!.place).toBe('the file');
    expect(readBoard(`"${'x'.repeat(256 * 1024)}"`).mistakes[0]!.what).toContain('256 KiB');
    expect(readBoard('{"title":"x"}').mistakes[0]!.place).toBe('document');
  });
});

describe('what rows mean', () => {
  const top = answer(
    [
      ['destination.port', 'long'],
      ['count', 'long'],
      ['percent', 'double'],
    ],
    [{ 'destination.port': 443, count: 12, percent: 80 }],
  );
  it('the count is drawn, the rest are names', () => {
    expect(meaningOf(top)).toEqual({ by: ['destination.port'], value: 'count' });
    expect(namedValues(top).values).toEqual([{ name: '443', value: 12 }]);
  });
  it('a single value may be missing', () => {
    expect(singleValue(answer([['users', 'long']], [{ users: 3 }]))).toBe(3);
    expect(singleValue(answer([['users', 'long']], []))).toBeUndefined();
    expect(singleValue(answer([['x', 'double']], [{ x: null }]))).toBeUndefined();
  });
  it('is compared in words', () => {
    expect(compared(112, 100)).toBe('12 % more');
    expect(compared(50, 100)).toBe('50 % less');
    expect(compared(5, 0)).toBeUndefined();
    expect(compared(5000, 3)).toBe('more than ten times as many');
  });
  it('a heat map has rows by weight and times in order', () => {
    const heat = heatOf(
      answer(
        [
          ['@timestamp', 'time'],
          ['x', 'text'],
          ['count', 'long'],
        ],
        [
          { '@timestamp': '2', x: 'a', count: 1 },
          { '@timestamp': '1', x: 'b', count: 5 },
        ],
      ),
    );
    expect([heat.names, heat.times, heat.most]).toEqual([['b', 'a'], ['1', '2'], 5]);
  });
});

it('ids come from titles', () => {
  expect(idFor('Log-ins of the Night!', [])).toBe('log-ins-of-the-night');
  expect(idFor('Mine', ['mine', 'mine-2'])).toBe('mine-3');
  expect(idFor('???', [])).toBe('unnamed');
});
