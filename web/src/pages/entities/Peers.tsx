// Who else is in the picture: users of the address, addresses of the user, the same network owner.
import { Box, Group, Loader, SimpleGrid, Table, Text } from '@mantine/core';
import { cellText, useSearch } from '@/api/search';
import type { EntityKind } from '@/parts/entity';
import { EntityChip } from '@/parts/EntityChip';
import { Panel } from '@/parts/Panel';
import { ErrorState } from '@/parts/States';
import { Time } from '@/parts/Time';
import type { Known } from '@/parts/useEntity';
import { count } from '@/time/format';
import type { Range } from '@/time/range';
import { OpenInEvents } from './OpenInEvents';
import { peerLists, peersQuery, usersOfAddresses, type PeerList } from './queries';

function List({ list, range }: { list: PeerList; range: Range }) {
  const { data, error, refetch } = useSearch({ query: peersQuery(list), ...range, limit: 20 });
  return (
    <Panel
      title={list.title}
      side={<OpenInEvents query={list.filter} what={list.title.toLowerCase()} />}
    >
      {list.note && (
        <Text size="xs" c="dimmed" mb={4}>
          {list.note}
        </Text>
      )}
      {error && !data && <ErrorState error={error} retry={() => void refetch()} />}
      {!data && !error && <Loader size="sm" />}
      {data?.rows.length === 0 && (
        <Text size="sm" c="dimmed">
          None in this time
        </Text>
      )}
      {data && data.rows.length > 0 && (
        <Box style={{ overflowX: 'auto' }}>
          <Table fz="sm" verticalSpacing={3} aria-label={list.title}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Who</Table.Th>
                <Table.Th ta="right">Events</Table.Th>
                <Table.Th ta="right">First</Table.Th>
                <Table.Th ta="right">Last</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.rows.map((row) => (
                <Table.Tr key={cellText(row[list.field])}>
                  <Table.Td>
                    <EntityChip field={list.field} value={cellText(row[list.field])} />
                  </Table.Td>
                  <Table.Td ta="right" className="number">
                    {count(Number(row.count))}
                  </Table.Td>
                  <Table.Td ta="right">
                    <Time iso={cellText(row.seen_first)} form="ago" />
                  </Table.Td>
                  <Table.Td ta="right">
                    <Time iso={cellText(row.seen_last)} form="ago" />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Box>
      )}
    </Panel>
  );
}

interface Props {
  kind: EntityKind;
  value: string;
  known?: Known;
  range: Range;
}

export function Peers({ kind, value, known, range }: Props) {
  // An owner is one to look for only when it is the only one.
  const single = known?.ownerNumbers.length === 1;
  const lists = peerLists(kind, value, {
    number: single ? known.ownerNumbers[0] : undefined,
    name: single ? known.owners[0] : undefined,
  });
  const addresses = lists.find((l) => kind === 'user' && l.field === 'source.ip');
  const from = useSearch(
    { query: addresses ? peersQuery(addresses) : '*', ...range, limit: 20 },
    { enabled: addresses !== undefined },
  );
  const others =
    addresses &&
    usersOfAddresses(
      (from.data?.rows ?? []).map((r) => cellText(r['source.ip'])),
      value,
    );
  return (
    <Group p="md" align="stretch" grow>
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing={12}>
        {[...lists, ...(others ? [others] : [])].map((list) => (
          <List key={list.title} list={list} range={range} />
        ))}
      </SimpleGrid>
    </Group>
  );
}
