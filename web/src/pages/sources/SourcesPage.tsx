import {
  Anchor,
  Button,
  Code,
  CopyButton,
  Group,
  Modal,
  Select,
  Stack,
  Table,
  Text,
  TextInput,
} from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { api, messageOf } from '@/api/client';
import type { Source } from '@/api/types';
import { Sparkline } from '@/charts/Sparkline';
import { Panel } from '@/parts/Panel';
import { EmptyState, ErrorState } from '@/parts/States';
import { Time } from '@/parts/Time';
import { useMay } from '@/session/session';
import { bytes, count, duration } from '@/time/format';
import { configFor, shippers, sourceName, type Shipper } from './shippers';

const silentAfterS = 600;
const samplesMax = 40;
const undecodedQuery = 'event.dataset:undecoded';

function undecodedText(source: Source): string {
  const share = source.records ? (source.undecoded / source.records) * 100 : 0;
  return `${count(source.undecoded)} (${share.toFixed(1)} %)`;
}

function useSources() {
  return useQuery({
    queryKey: ['sources'],
    queryFn: () => api<{ sources: Source[] }>('sources', { headers: { 'X-Background': '1' } }),
    refetchInterval: 5_000,
  });
}

function AddSource({ onClose }: { onClose: () => void }) {
  const sources = useSources();
  const [shipper, setShipper] = useState<Shipper>('curl');
  const [name, setName] = useState('shop');
  const make = useMutation({
    mutationFn: () =>
      api<{ key: string }>('keys', {
        body: { name: `source ${sourceName(name)}`, scopes: ['ingest'] },
      }),
  });
  const text = make.data
    ? configFor(shipper, window.location.origin, make.data.key, sourceName(name))
    : '';
  const arrived = sources.data?.sources.find((s) => s.name === `http:${sourceName(name)}`);
  return (
    <Modal opened onClose={onClose} title="Add a source" size="lg">
      <Stack gap="sm">
        <Group grow align="flex-end">
          <Select
            label="What sends"
            allowDeselect={false}
            data={shippers}
            value={shipper}
            onChange={(v) => v && setShipper(v as Shipper)}
          />
          <TextInput
            label="Name"
            value={name}
            disabled={make.data !== undefined}
            onChange={(e) => setName(e.currentTarget.value)}
          />
        </Group>
        {!make.data && (
          <Button
            onClick={() => make.mutate()}
            loading={make.isPending}
            disabled={!sourceName(name)}
          >
            Make a key and show the configuration
          </Button>
        )}
        {make.error && (
          <Text size="sm" role="alert">
            {messageOf(make.error)}
          </Text>
        )}
        {make.data && (
          <>
            <Text size="sm">The key is shown this once; it may send events and nothing else.</Text>
            <Code block>{text}</Code>
            <Group justify="space-between">
              <Text size="sm" role="status">
                {arrived
                  ? `✓ ${count(arrived.records)} records have arrived`
                  : '… waiting for the first record'}
              </Text>
              <CopyButton value={text}>
                {({ copied, copy }) => (
                  <Button variant="default" onClick={copy}>
                    {copied ? 'Copied' : 'Copy'}
                  </Button>
                )}
              </CopyButton>
            </Group>
          </>
        )}
      </Stack>
    </Modal>
  );
}

export default function SourcesPage() {
  const { data, error, refetch, dataUpdatedAt } = useSources();
  const may = useMay('admin');
  const [adding, setAdding] = useState(false);
  const rates = useRef(new Map<string, number[]>());
  useEffect(() => {
    for (const s of data?.sources ?? []) {
      rates.current.set(
        s.name,
        [...(rates.current.get(s.name) ?? []), s.records_per_second ?? 0].slice(-samplesMax),
      );
    }
  }, [data, dataUpdatedAt]);
  if (error && !data) return <ErrorState error={error} retry={() => void refetch()} />;
  return (
    <Panel
      title="What comes in"
      p={0}
      side={
        may && (
          <Button size="xs" onClick={() => setAdding(true)}>
            Add a source
          </Button>
        )
      }
    >
      {data?.sources.length === 0 && (
        <EmptyState title="Nothing has come in yet">
          Add a source, or name files and syslog in tocsin.yaml.
        </EmptyState>
      )}
      <div style={{ overflowX: 'auto' }}>
        <Table fz="sm" aria-label="Sources">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Source</Table.Th>
              <Table.Th>Rate</Table.Th>
              <Table.Th>Last record</Table.Th>
              <Table.Th ta="right">Records</Table.Th>
              <Table.Th ta="right">Bytes</Table.Th>
              <Table.Th ta="right">Not understood</Table.Th>
              <Table.Th>Lost</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {(data?.sources ?? []).map((s) => (
              <Table.Tr key={s.name}>
                <Table.Td className="data">{s.name}</Table.Td>
                <Table.Td>
                  <Group gap={6} wrap="nowrap">
                    <Text size="sm" className="number">
                      {(s.records_per_second ?? 0).toFixed(1)}/s
                    </Text>
                    <Sparkline values={rates.current.get(s.name) ?? []} />
                  </Group>
                </Table.Td>
                <Table.Td>
                  {s.last_received ? <Time iso={s.last_received} form="ago" /> : 'never'}
                  {(s.silent_seconds ?? 0) > silentAfterS && (
                    <Text span size="xs" fw={600}>
                      {' '}
                      ✕ silent for {duration(s.silent_seconds!)}
                    </Text>
                  )}
                </Table.Td>
                <Table.Td ta="right" className="number">
                  {count(s.records)}
                </Table.Td>
                <Table.Td ta="right" className="number">
                  {bytes(s.bytes)}
                </Table.Td>
                <Table.Td ta="right" className="number">
                  {s.undecoded > 0 ? (
                    <Anchor
                      component={Link}
                      to="/events"
                      search={{ q: undecodedQuery, from: '7d' } as never}
                      aria-label={`${undecodedText(s)} not understood of ${s.name}`}
                    >
                      {undecodedText(s)}
                    </Anchor>
                  ) : (
                    undecodedText(s)
                  )}
                </Table.Td>
                <Table.Td>
                  {Object.entries(s.losses ?? {})
                    .map(([why, n]) => `${why} ${count(n)}`)
                    .join(', ') || 'none'}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {adding && <AddSource onClose={() => setAdding(false)} />}
    </Panel>
  );
}
