import { describe, expect, it } from 'vitest';
import { groupFields, summaryText } from './summary';

describe('a sentence for an event', () => {
  it('tells a log-in', () => {
    expect(
      summaryText({
        'event.action': 'login',
        'event.outcome': 'failure',
        'user.name': 'alice',
        'source.ip': '203.0.113.7',
        'source.geo.country_iso_code': 'NL',
        'host.name': 'web-1',
      }),
    ).toBe('alice failed to log in from 203.0.113.7 (NL) on web-1');
  });
  it('tells a request', () => {
    expect(
      summaryText({
        'http.request.method': 'GET',
        'url.original': '/a?b=1',
        'http.response.status_code': 404,
        'source.ip': '::1',
      }),
    ).toBe('GET /a?b=1 → 404 for ::1');
  });
  it('falls back to the message, whatever it holds', () => {
    expect(summaryText({ message: '<script>alert(1)</script>' })).toBe('<script>alert(1)</script>');
    expect(summaryText({})).toBe('An event');
  });
  it('groups the fields and leaves empty ones out', () => {
    expect(
      groupFields({ 'user.name': 'a', 'host.name': 'h', _seq: 1, 'event.action': null }),
    ).toEqual([
      { title: 'Who', fields: [['user.name', 'a']] },
      { title: 'Where', fields: [['host.name', 'h']] },
      { title: 'More', fields: [['_seq', '1']] },
    ]);
  });
});
