// The searches that an entity's page is made of. Pure.
import { term } from '@/api/search';
import { fieldOfKind, termOf, type EntityKind } from '@/parts/entity';

export type Deeds = 'logins' | 'requests' | 'flows';

// Events of one sort. A flow is also an address's when it goes to it.
export function deedsQuery(kind: EntityKind, value: string, deeds: Deeds): string {
  const own = termOf(kind, value);
  if (deeds === 'logins') return `${own} and event.category:authentication`;
  if (deeds === 'requests') return `${own} and http.request.method:*`;
  const about = kind === 'address' ? `(${own} or ${term('destination.ip', value)})` : own;
  return `${about} and destination.ip:*`;
}

export interface PeerList {
  title: string;
  field: string; // what is listed
  filter: string; // of which events
  note?: string;
}

// Who else belongs to the picture.
export function peerLists(
  kind: EntityKind,
  value: string,
  owner: { number?: number; name?: string },
): PeerList[] {
  const own = termOf(kind, value);
  const titles: Record<EntityKind, string> = {
    address: 'Addresses',
    user: 'Users',
    host: 'Hosts',
    session: 'Sessions',
  };
  const lists: PeerList[] = (['user', 'address', 'host', 'session'] as const)
    .filter((k) => k !== kind)
    .map((k) => ({
      title: kind === 'user' && k === 'address' ? 'Addresses of this user' : titles[k],
      field: fieldOfKind[k],
      filter: own,
    }));
  if (kind === 'address') {
    lists[0]!.title = 'Users from this address';
    if (owner.number !== undefined) {
      lists.push({
        title: 'Same network owner',
        field: 'source.ip',
        filter: `source.as.number:${owner.number} and not ${own}`,
        note: owner.name ? `AS${owner.number} ${owner.name}` : `AS${owner.number}`,
      });
    }
  }
  return lists;
}

// The users that came from the same addresses: `addresses` are the entity's own, bounded.
export function usersOfAddresses(addresses: readonly string[], user: string): PeerList | undefined {
  const known = addresses.filter((a) => a !== '').slice(0, 20);
  if (known.length === 0) return undefined;
  return {
    title: 'Other users of these addresses',
    field: 'user.name',
    filter: `(${known.map((a) => term('source.ip', a)).join(' or ')}) and not ${termOf('user', user)}`,
  };
}

export function peersQuery(list: PeerList): string {
  return (
    `${list.filter} | stats count, min(@timestamp) as seen_first, max(@timestamp) as seen_last ` +
    `by ${list.field} | sort -count | head 20`
  );
}

// The first part of a name finds it; what a pattern would read as its own is not asked for.
export function suggestionQuery(kind: EntityKind, typed: string): string | undefined {
  const text = typed.trim();
  const field = fieldOfKind[kind];
  if (kind === 'address' && /^[0-9a-f.:]+\/\d{1,3}$/i.test(text)) {
    return `${field}:"${text}" | top 6 ${field}`;
  }
  if (!/^[\w.@:-]{2,64}$/.test(text)) return undefined;
  return `${field}:*${text.replace(/:/g, '\\:')}* | top 6 ${field}`;
}
