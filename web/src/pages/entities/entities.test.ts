import { describe, expect, it } from 'vitest';
import { deedsQuery, peerLists, suggestionQuery, usersOfAddresses } from './queries';
import { rankByAlerts } from './ranking';
import { storyOf } from './story';
import { bandOf, tallest, timelineOption } from './timeline';

const alert = (level: string, value: string, last: string, state = 'new') =>
  ({
    id: `${level}${last}`,
    level,
    state,
    first: last,
    last,
    title: 'T',
    key: [
      { field: 'source.ip', value },
      { field: 'rule.x', value: 'y' },
    ],
  }) as never;

describe('the searches of an entity', () => {
  it('put the value between quotes', () => {
    expect(deedsQuery('user', 'x" or *', 'logins')).toBe(
      'user.name:"x\\" or *" and event.category:authentication',
    );
  });
  it('find flows to an address as well as from it', () => {
    expect(deedsQuery('address', '10.0.0.1', 'flows')).toBe(
      '(source.ip:10.0.0.1 or destination.ip:10.0.0.1) and destination.ip:*',
    );
  });
  it('look for peers by the network owner when it is known', () => {
    const titles = (n?: number) =>
      peerLists('address', '10.0.0.1', { number: n }).map((l) => l.title);
    expect(titles()).not.toContain('Same network owner');
    expect(titles(64500)).toContain('Same network owner');
    expect(peerLists('user', 'a', {}).map((l) => l.field)).not.toContain('user.name');
  });
  it('ask for no more than 20 addresses at once', () => {
    expect(usersOfAddresses([], 'a')).toBeUndefined();
    const many = Array.from({ length: 40 }, (_, i) => `10.0.0.${i}`);
    expect(usersOfAddresses(many, 'a')!.filter.match(/source\.ip/g)).toHaveLength(20);
  });
  it('suggest only for what is no query of its own', () => {
    expect(suggestionQuery('user', 'ali')).toBe('user.name:*ali* | top 6 user.name');
    expect(suggestionQuery('user', 'a | head')).toBeUndefined();
    expect(suggestionQuery('user', 'a"b')).toBeUndefined();
    expect(suggestionQuery('address', '10.0.0.0/8')).toBe(
      'source.ip:"10.0.0.0/8" | top 6 source.ip',
    );
  });
});

describe('the ranking by alerts', () => {
  it('counts by entity, gravest first', () => {
    const ranked = rankByAlerts([
      alert('low', '10.0.0.1', '2026-01-01T00:00:00Z'),
      alert('low', '10.0.0.1', '2026-01-03T00:00:00Z', 'closed'),
      alert('critical', '10.0.0.2', '2026-01-02T00:00:00Z'),
    ]);
    expect(ranked.map((r) => [r.value, r.alerts, r.open])).toEqual([
      ['10.0.0.2', 1, 1],
      ['10.0.0.1', 2, 1],
    ]);
    expect(ranked[1]!.last).toBe('2026-01-03T00:00:00Z');
  });
});

describe('the timeline', () => {
  const start = Date.parse('2026-01-01T00:00:00Z');
  const end = Date.parse('2026-01-02T00:00:00Z');
  const d = { created: '2025-12-31T00:00:00Z', until: '2026-01-05T00:00:00Z', lifted: null };
  it('cuts bands to what is in sight', () => {
    expect(bandOf(d as never, start, end)).toEqual([start, end]);
    expect(bandOf({ ...d, lifted: { at: '2026-01-01T12:00:00Z' } } as never, start, end)).toEqual([
      start,
      start + 43_200_000,
    ]);
    expect(
      bandOf({ ...d, lifted: { at: '2025-12-31T12:00:00Z' } } as never, start, end),
    ).toBeUndefined();
    expect(bandOf({ ...d, until: 'x' } as never, start, end)).toBeUndefined();
  });
  it('leaves room above the highest stack', () => {
    const rows = [
      { '@timestamp': 'a', count: 2 },
      { '@timestamp': 'a', count: 3 },
      { '@timestamp': 'b', count: 4 },
    ];
    expect(tallest(rows)).toBe(5);
    expect(timelineOption(rows, [], [], [start, end]).yAxis.max).toBe(7);
  });
  it('marks only alerts in sight', () => {
    const made = timelineOption(
      [],
      [alert('high', 'x', '2026-01-01T01:00:00Z'), alert('high', 'x', '2026-02-01T01:00:00Z')],
      [],
      [start, end],
    );
    expect(made.series).toHaveLength(1);
    expect((made.series[0] as { data: unknown[] }).data).toHaveLength(1);
  });
});

describe('the story', () => {
  it('is in order and bounded', () => {
    const steps = storyOf(
      [alert('low', 'x', '2026-01-01T00:00:00Z')],
      [
        {
          kind: 'block',
          value: 'x',
          created: '2026-01-02T00:00:00Z',
          decided_by: 'alice',
          lifted: { at: '2026-01-03T00:00:00Z', by: 'bob' },
        } as never,
      ],
    );
    expect(steps.map((s) => s.text)).toEqual(['block x lifted by bob', 'block x by alice', 'T']);
    expect(storyOf(Array(99).fill(alert('low', 'x', 'a')), [])).toHaveLength(60);
  });
});
