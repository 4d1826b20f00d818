// Log-ins, requests and flows of an entity: the same table with other columns.
import { cellText } from '@/api/search';
import type { EntityKind } from '@/parts/entity';
import { bytes } from '@/time/format';
import type { Range } from '@/time/range';
import { chip, EventRows, text, type Column } from './EventRows';
import { deedsQuery, type Deeds as Sort } from './queries';

const columns: Record<Sort, Column[]> = {
  logins: [
    { head: 'Outcome', cell: text('event.outcome') },
    { head: 'What', cell: text('event.action', 'message') },
    { head: 'User', cell: chip('user.name') },
    { head: 'From', cell: chip('source.ip') },
    { head: 'Country', cell: text('source.geo.country_iso_code') },
    { head: 'On', cell: chip('host.name') },
  ],
  requests: [
    { head: 'Method', cell: text('http.request.method') },
    { head: 'What', cell: text('url.original', 'url.path') },
    { head: 'Status', cell: text('http.response.status_code'), right: true },
    {
      head: 'Size',
      right: true,
      cell: (row) => {
        const size = Number(row['http.response.body.bytes'] ?? NaN);
        return Number.isNaN(size) ? '' : bytes(size);
      },
    },
    { head: 'From', cell: chip('source.ip') },
    { head: 'User', cell: chip('user.name') },
    { head: 'Agent', cell: text('user_agent.original') },
  ],
  flows: [
    { head: 'From', cell: chip('source.ip') },
    { head: 'To', cell: chip('destination.ip') },
    { head: 'Port', cell: text('destination.port'), right: true },
    { head: 'Protocol', cell: text('network.transport', 'network.protocol') },
    { head: 'What', cell: text('event.action', 'event.outcome') },
    {
      head: 'Size',
      right: true,
      cell: (row) => {
        const size = Number(cellText(row['network.bytes']) || cellText(row['source.bytes']) || NaN);
        return Number.isNaN(size) ? '' : bytes(size);
      },
    },
  ],
};
const names: Record<Sort, string> = { logins: 'Log-ins', requests: 'Requests', flows: 'Flows' };
const next: Record<Sort, string> = {
  logins: 'Choose a longer time, or connect the log of what people log in to under Sources.',
  requests: 'Choose a longer time, or connect the log of the web server under Sources.',
  flows: 'Choose a longer time, or connect a firewall or a sensor of the network under Sources.',
};

interface Props {
  kind: EntityKind;
  value: string;
  range: Range;
  sort: Sort;
}

export function Deeds({ kind, value, range, sort }: Props) {
  return (
    <EventRows
      name={names[sort]}
      query={deedsQuery(kind, value, sort)}
      range={range}
      columns={columns[sort]}
      empty={next[sort]}
    />
  );
}
