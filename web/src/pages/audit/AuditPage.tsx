// Who did what: everything that people, keys and Tocsin itself did, each with its proof.
import { Anchor, Box, Button, Group, Select, Table, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconDownload } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Fragment, useEffect, useState } from 'react';
import { api } from '@/api/client';
import type { AuditEntry } from '@/api/types';
import { download } from '@/parts/download';
import { EmptyState, ErrorState } from '@/parts/States';
import { Time } from '@/parts/Time';
import { useMay } from '@/session/session';
import { count } from '@/time/format';
import { useRange } from '@/time/range';
import { useUrlState } from '@/url/urlState';
import { actionWord, actionWords } from './actions';
import { csv } from './csv';

const pageRows = 200;
interface Page {
  entries: AuditEntry[];
  next: string | null;
}

function More({ entry }: { entry: AuditEntry }) {
  const facts: [string, string][] = [
    ['What', entry.detail],
    ['Query', entry.query],
    ['About', entry.target],
    ['From', entry.peer],
    ['Answer', entry.status > 0 ? String(entry.status) : ''],
    ['The same again since', entry.repeats > 0 ? `${count(entry.repeats)} times` : ''],
  ];
  return (
    <Box p="sm">
      {facts
        .filter(([, value]) => value !== '')
        .map(([name, value]) => (
          <Group key={name} gap="sm" wrap="nowrap" align="flex-start">
            <Text size="sm" c="dimmed" w={150} style={{ flex: 'none' }}>
              {name}
            </Text>
            <Text size="sm" className="data">
              {value}
            </Text>
          </Group>
        ))}
    </Box>
  );
}

export default function AuditPage() {
  const may = useMay('audit');
  const [range] = useRange();
  const [state, change] = useUrlState();
  const [who, setWho] = useState(state.who ?? '');
  useEffect(() => setWho(state.who ?? ''), [state.who]);
  const [opened, setOpened] = useState<number>();
  const find = useDebouncedCallback(
    (text: string) => change({ who: text.trim() || undefined }, true),
    400,
  );
  const found = useInfiniteQuery({
    queryKey: ['audit', range, state.who, state.action],
    queryFn: ({ pageParam, signal }) =>
      api<Page>('audit', {
        params: {
          from: range.from,
          to: range.to,
          who: state.who,
          action: state.action,
          limit: pageRows,
          cursor: pageParam,
        },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    enabled: may,
  });
  const entries = found.data?.pages.flatMap((p) => p.entries) ?? [];
  if (!may) {
    return (
      <EmptyState title="The audit is for auditors and administrators">
        Ask an administrator for the role auditor.
      </EmptyState>
    );
  }
  function keep() {
    const text = csv<AuditEntry>(
      ['at', 'who', 'action', 'outcome', 'target', 'detail', 'query', 'peer', 'status', 'seq'],
      entries,
    );
    download('audit.csv', 'text/csv', text);
  }
  return (
    <Box>
      <Group mb="sm" gap="sm" justify="space-between">
        <Group gap="sm">
          <TextInput
            aria-label="Who"
            placeholder="A user or a key's id"
            w={220}
            value={who}
            onChange={(e) => {
              setWho(e.currentTarget.value);
              find(e.currentTarget.value);
            }}
          />
          <Select
            aria-label="What they did"
            placeholder="Whatever they did"
            w={260}
            searchable
            clearable
            data={Object.entries(actionWords).map(([value, label]) => ({ value, label }))}
            value={state.action ?? null}
            onChange={(v) => change({ action: v ?? undefined }, true)}
          />
        </Group>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconDownload size={14} />}
          disabled={entries.length === 0}
          onClick={keep}
        >
          Export what is shown
        </Button>
      </Group>
      <Box className="surface" style={{ overflowX: 'auto' }}>
        {found.error && <ErrorState error={found.error} retry={() => void found.refetch()} />}
        {found.isPending && (
          <Text size="sm" c="dimmed" p="sm" role="status">
            Reading the audit …
          </Text>
        )}
        {found.data && entries.length === 0 && (
          <EmptyState title="Nothing in this time">
            Choose a longer time range, or take a filter away.
          </EmptyState>
        )}
        {entries.length > 0 && (
          <Table fz="sm" verticalSpacing={4} highlightOnHover aria-label="Audit">
            <Table.Thead>
              <Table.Tr>
                <Table.Th w={160}>When</Table.Th>
                <Table.Th w={150}>Who</Table.Th>
                <Table.Th w={220}>Did</Table.Th>
                <Table.Th>About</Table.Th>
                <Table.Th w={130}>From</Table.Th>
                <Table.Th w={90}>Record</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {entries.map((e) => (
                <Fragment key={e.seq}>
                  <Table.Tr>
                    <Table.Td>
                      <Time iso={e.at} />
                    </Table.Td>
                    <Table.Td className="data">{e.who || '–'}</Table.Td>
                    <Table.Td>
                      <button
                        type="button"
                        className="linklike"
                        aria-expanded={opened === e.seq}
                        onClick={() => setOpened(opened === e.seq ? undefined : e.seq)}
                      >
                        {e.outcome === 'failure' && <span aria-label="refused">✕ </span>}
                        {actionWord(e.action)}
                      </button>
                    </Table.Td>
                    <Table.Td className="data" maw={420}>
                      <Text span inherit lineClamp={1}>
                        {e.query || e.target || e.detail}
                      </Text>
                    </Table.Td>
                    <Table.Td className="data">{e.peer}</Table.Td>
                    <Table.Td>
                      <Anchor
                        className="data"
                        href={`?open=event:${e.seq}`}
                        aria-label={`Record ${e.seq} with its proof`}
                        onClick={(click) => {
                          click.preventDefault();
                          change({ open: `event:${e.seq}` });
                        }}
                      >
                        {e.seq}
                      </Anchor>
                    </Table.Td>
                  </Table.Tr>
                  {opened === e.seq && (
                    <Table.Tr>
                      <Table.Td colSpan={6} p={0}>
                        <More entry={e} />
                      </Table.Td>
                    </Table.Tr>
                  )}
                </Fragment>
              ))}
            </Table.Tbody>
          </Table>
        )}
        {found.hasNextPage && (
          <Group justify="center" p="sm">
            <Button
              size="xs"
              variant="default"
              loading={found.isFetchingNextPage}
              onClick={() => void found.fetchNextPage()}
            >
              Show older ones
            </Button>
          </Group>
        )}
      </Box>
    </Box>
  );
}
