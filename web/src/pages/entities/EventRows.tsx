// Newest events as a table with the columns that this sort of event has.
import { Box, Group, Loader, Table, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { cellText, useSearch } from '@/api/search';
import type { Row } from '@/api/types';
import { EntityChip } from '@/parts/EntityChip';
import { EmptyState, ErrorState } from '@/parts/States';
import { Time } from '@/parts/Time';
import type { Range } from '@/time/range';
import { useUrlState } from '@/url/urlState';
import { OpenInEvents } from './OpenInEvents';

export interface Column {
  head: string;
  cell: (row: Row) => ReactNode;
  right?: boolean;
}
const most = 200;

export function chip(field: string): (row: Row) => ReactNode {
  return function ChipCell(row) {
    const value = cellText(row[field]);
    return value === '' ? null : <EntityChip field={field} value={value} />;
  };
}
export const text =
  (...fields: string[]) =>
  (row: Row) => {
    const value = cellText(row[fields.find((f) => cellText(row[f]) !== '') ?? '']);
    return value.length > 300 ? `${value.slice(0, 300)} …` : value;
  };

interface Props {
  name: string;
  query: string;
  range: Range;
  columns: Column[];
  empty: ReactNode;
}

export function EventRows({ name, query, range, columns, empty }: Props) {
  const [, change] = useUrlState();
  const { data, error, refetch } = useSearch(
    { query, ...range, limit: most },
    { refreshMs: range.to ? undefined : 20_000 },
  );
  if (error && !data) return <ErrorState error={error} retry={() => void refetch()} />;
  if (!data) return <Loader size="sm" m="md" />;
  if (data.rows.length === 0) {
    return <EmptyState title={`No ${name.toLowerCase()} in this time`}>{empty}</EmptyState>;
  }
  return (
    <Box>
      <Group justify="space-between" px="md" py="xs">
        <Text size="xs" c="dimmed">
          {data.outcome.more ? `The newest ${most}` : `All ${data.rows.length}`}, newest first
        </Text>
        <OpenInEvents query={query} what={name.toLowerCase()} />
      </Group>
      <Box style={{ overflowX: 'auto' }}>
        <Table fz="sm" verticalSpacing={4} highlightOnHover aria-label={name}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={150}>Time</Table.Th>
              {columns.map((c) => (
                <Table.Th key={c.head} ta={c.right ? 'right' : undefined}>
                  {c.head}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data.rows.map((row) => {
              const seq = cellText(row._seq);
              const open = () => change({ open: `event:${seq}` });
              return (
                <Table.Tr key={seq} onClick={open} style={{ cursor: 'pointer' }}>
                  <Table.Td className="data quiet">
                    <a
                      href={`?open=event:${seq}`}
                      className="plain"
                      onClick={(e) => {
                        e.preventDefault();
                        e.stopPropagation();
                        open();
                      }}
                    >
                      <Time iso={cellText(row['@timestamp'])} />
                    </a>
                  </Table.Td>
                  {columns.map((c) => (
                    <Table.Td
                      key={c.head}
                      ta={c.right ? 'right' : undefined}
                      style={{ overflowWrap: 'anywhere' }}
                    >
                      {c.cell(row)}
                    </Table.Td>
                  ))}
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </Box>
    </Box>
  );
}
