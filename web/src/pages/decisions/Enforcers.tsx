import { Code, Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api } from '@/api/client';
import type { Enforcer } from '@/api/types';
import { EmptyState } from '@/parts/States';
import { Time } from '@/parts/Time';

export function Enforcers() {
  const { data } = useQuery({
    queryKey: ['enforcers'],
    queryFn: () =>
      api<{ enforcers: Enforcer[] }>('enforcers', { headers: { 'X-Background': '1' } }),
    refetchInterval: 5_000,
  });
  const list = data?.enforcers ?? [];
  if (list.length === 0) {
    return (
      <EmptyState title="No enforcer is connected">
        Nothing that is decided is carried out until one is. On the machine to protect:{' '}
        <Code>tocsin enforce nftables</Code>; CrowdSec bouncers work as they are.
      </EmptyState>
    );
  }
  return (
    <Table fz="sm" aria-label="Enforcers">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Name</Table.Th>
          <Table.Th>Kind</Table.Th>
          <Table.Th>State</Table.Th>
          <Table.Th>Address</Table.Th>
          <Table.Th>Heard of</Table.Th>
          <Table.Th ta="right">Holds</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {list.map((e) => (
          <Table.Tr key={e.name}>
            <Table.Td>{e.name}</Table.Td>
            <Table.Td>
              {e.kind} {e.version}
            </Table.Td>
            <Table.Td>{e.state === 'active' ? '✓ active' : `✕ ${e.state}`}</Table.Td>
            <Table.Td className="data">{e.address}</Table.Td>
            <Table.Td>
              <Time iso={e.last_seen} form="ago" />
            </Table.Td>
            <Table.Td ta="right" className="number">
              {e.standing ?? ''}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
