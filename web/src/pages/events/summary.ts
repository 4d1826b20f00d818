// One event in a sentence: plain words, and the parts that are entities.
import { cellText } from '@/api/search';
import type { Row } from '@/api/types';

export type Part = string | { field: string; value: string };

const entity = (row: Row, field: string): Part | undefined => {
  const value = cellText(row[field]);
  return value === '' ? undefined : { field, value };
};
const deeds: Record<string, [good: string, bad: string]> = {
  login: ['logged in', 'failed to log in'],
  logout: ['logged out', 'could not log out'],
  password_reset: ['reset a password', 'failed to reset a password'],
  password_change: ['changed a password', 'failed to change a password'],
};

function web(row: Row): Part[] {
  const status = cellText(row['http.response.status_code']);
  const path = cellText(row['url.original']) || cellText(row['url.path']);
  const parts: Part[] = [
    `${cellText(row['http.request.method']) || 'Request'} ${path}${status ? ` → ${status}` : ''}`,
  ];
  const from = entity(row, 'source.ip');
  if (from) parts.push(' for ', from);
  return parts;
}

export function summaryOf(row: Row): Part[] {
  const action = cellText(row['event.action']);
  const deed = deeds[action];
  const user = entity(row, 'user.name');
  const from = entity(row, 'source.ip');
  const host = entity(row, 'host.name');
  if (deed && (user || from)) {
    const parts: Part[] = [
      user ?? 'Somebody',
      ` ${deed[row['event.outcome'] === 'failure' ? 1 : 0]}`,
    ];
    if (from) parts.push(' from ', from);
    const country = cellText(row['source.geo.country_iso_code']);
    if (country) parts.push(` (${country})`);
    if (host) parts.push(' on ', host);
    return parts;
  }
  if (row['http.request.method'] !== undefined || row['url.path'] !== undefined) return web(row);
  const parts: Part[] = [];
  const message = cellText(row.message);
  if (host) parts.push(host, ' ');
  parts.push(message || action || cellText(row['event.dataset']) || 'An event');
  return parts;
}

export function summaryText(row: Row): string {
  return summaryOf(row)
    .map((p) => (typeof p === 'string' ? p : p.value))
    .join('');
}

const groups: [string, RegExp][] = [
  ['Who', /^(user|source|client|user_agent|related)\./],
  ['What', /^(event|http|url|process|file|dns|network|destination|message|rule|threat)/],
  ['Where', /^(host|service|server|container|cloud|observer|log)\./],
];

// An event's fields by what they tell, each group in alphabetical order.
export function groupFields(row: Row): { title: string; fields: [string, string][] }[] {
  const result = [
    ...groups.map(([title]) => ({ title, fields: [] as [string, string][] })),
    { title: 'More', fields: [] as [string, string][] },
  ];
  for (const name of Object.keys(row).sort()) {
    const value = cellText(row[name]);
    if (value === '') continue;
    const at = groups.findIndex(([, wanted]) => wanted.test(name));
    result[at < 0 ? groups.length : at]!.fields.push([name, value]);
  }
  return result.filter((g) => g.fields.length > 0);
}
