import { describe, expect, it } from 'vitest';
import { changeWords, inOrder, places, type Mark } from './story';

const mark = (at: string): Mark => ({ at, kind: 'event', text: '' });

describe('the story of an alert', () => {
  it('is told in order, without what has no time', () => {
    const marks = inOrder([mark('2026-01-02T00:00:00Z'), mark('x'), mark('2026-01-01T00:00:00Z')]);
    expect(marks.map((m) => m.at.slice(8, 10))).toEqual(['01', '02']);
    expect(places(marks)).toEqual([0, 1]);
    expect(places([mark('2026-01-01T00:00:00Z')])).toEqual([0.5]);
  });
  it('says what changed', () => {
    expect(changeWords({ what: 'state', from: 'new', to: 'closed' })).toBe('state: new → closed');
    expect(changeWords({ what: 'note', from: '', to: 'hm' })).toBe('note: hm');
  });
});
