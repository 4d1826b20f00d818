// What has a page of its own: addresses, users, hosts and sessions, and the field that names each.
import { term } from '@/api/search';

export const entityKinds = ['address', 'user', 'host', 'session'] as const;
export type EntityKind = (typeof entityKinds)[number];

export const fieldOfKind: Record<EntityKind, string> = {
  address: 'source.ip',
  user: 'user.name',
  host: 'host.name',
  session: 'session.id',
};

// Longer values are shown and searched where they stand, but have no page: a query has its limits.
export const valueMax = 1024;

const kindOfField: Record<string, EntityKind> = {
  'source.ip': 'address',
  'client.ip': 'address',
  'destination.ip': 'address',
  'user.name': 'user',
  'host.name': 'host',
  'session.id': 'session',
};

export function entityOf(field: string, value: string): EntityKind | undefined {
  if (value === '' || value.length > valueMax) return undefined;
  return Object.hasOwn(kindOfField, field) ? kindOfField[field] : undefined;
}

export function kindFrom(text: string | undefined): EntityKind | undefined {
  return entityKinds.find((k) => k === text);
}

// The events of an entity: all that it did.
export function termOf(kind: EntityKind, value: string): string {
  return term(fieldOfKind[kind], value);
}

// What a decision may be about; nobody blocks a host of their own.
export function scopeOfKind(kind: EntityKind): 'address' | 'user' | 'session' | undefined {
  return kind === 'host' ? undefined : kind;
}

const ipv4 = /^\d{1,3}(\.\d{1,3}){3}$/;
const ipv6 = /^[0-9a-f]{0,4}(:[0-9a-f]{0,4}){2,7}(:\d{1,3}(\.\d{1,3}){3})?$/i;

export function isAddress(text: string): boolean {
  return ipv4.test(text) || ipv6.test(text);
}
