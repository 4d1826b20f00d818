import {
  Button,
  Checkbox,
  Code,
  Group,
  Modal,
  Select,
  Stack,
  Table,
  Text,
  TextInput,
} from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, messageOf } from '@/api/client';
import type { Key } from '@/api/types';
import { ErrorState } from '@/parts/States';
import { Time } from '@/parts/Time';

const scopes = ['ingest', 'read', 'enforcer', 'watcher', 'triage', 'respond', 'audit', 'admin'];

function NewKey({ onClose }: { onClose: () => void }) {
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<string[]>(['ingest']);
  const [expires, setExpires] = useState<string | null>('365d');
  const make = useMutation({
    mutationFn: () =>
      api<{ key: string }>('keys', {
        body: { name, scopes: chosen, ...(expires ? { expires } : {}) },
      }),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ['keys'] }),
  });
  return (
    <Modal opened onClose={onClose} title="Make a key">
      {make.data ? (
        <Stack>
          <Text size="sm">Keep it now: it is stored as a hash only and never shown again.</Text>
          <Code block>{make.data.key}</Code>
          <Button onClick={onClose}>Done</Button>
        </Stack>
      ) : (
        <Stack gap="sm">
          <TextInput
            label="What it is for"
            required
            value={name}
            onChange={(e) => setName(e.currentTarget.value)}
          />
          <Checkbox.Group label="What it may do" value={chosen} onChange={setChosen}>
            <Group gap="xs" mt={4}>
              {scopes.map((s) => (
                <Checkbox key={s} value={s} label={s} size="xs" />
              ))}
            </Group>
          </Checkbox.Group>
          <Select
            label="Ends after"
            data={[
              { value: '30d', label: '30 days' },
              { value: '90d', label: '90 days' },
              { value: '365d', label: 'a year' },
            ]}
            placeholder="never"
            clearable
            value={expires}
            onChange={setExpires}
          />
          {make.error && (
            <Text size="sm" role="alert">
              {messageOf(make.error)}
            </Text>
          )}
          <Button
            onClick={() => make.mutate()}
            loading={make.isPending}
            disabled={!name.trim() || chosen.length === 0}
          >
            Make the key
          </Button>
        </Stack>
      )}
    </Modal>
  );
}

export function Keys() {
  const queries = useQueryClient();
  const [making, setMaking] = useState(false);
  const { data, error, refetch } = useQuery({
    queryKey: ['keys'],
    queryFn: () => api<{ keys: Key[] }>('keys'),
  });
  const revoke = useMutation({
    mutationFn: (id: string) => api(`keys/${id}`, { method: 'DELETE' }),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ['keys'] }),
    onError: (problem) => notifications.show({ title: 'Not revoked', message: messageOf(problem) }),
  });
  if (error) return <ErrorState error={error} retry={() => void refetch()} />;
  return (
    <>
      <Group justify="flex-end" p="sm">
        <Button size="xs" onClick={() => setMaking(true)}>
          Make a key
        </Button>
      </Group>
      <Table fz="sm" aria-label="Keys">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Id</Table.Th>
            <Table.Th>For</Table.Th>
            <Table.Th>May</Table.Th>
            <Table.Th>Last used</Table.Th>
            <Table.Th>Ends</Table.Th>
            <Table.Th w={100} />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {(data?.keys ?? []).map((k) => (
            <Table.Tr key={k.id}>
              <Table.Td className="data">{k.id}</Table.Td>
              <Table.Td>{k.name}</Table.Td>
              <Table.Td>{k.scopes.join(', ')}</Table.Td>
              <Table.Td>{k.last_used ? <Time iso={k.last_used} form="ago" /> : 'never'}</Table.Td>
              <Table.Td>
                {k.revoked ? (
                  '✕ revoked'
                ) : k.expires ? (
                  <Time iso={k.expires} form="ago" />
                ) : (
                  'never'
                )}
              </Table.Td>
              <Table.Td ta="right">
                {!k.revoked && (
                  <Button
                    size="compact-xs"
                    variant="default"
                    aria-label={`Revoke ${k.id}`}
                    onClick={() => revoke.mutate(k.id)}
                  >
                    Revoke
                  </Button>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {making && <NewKey onClose={() => setMaking(false)} />}
    </>
  );
}
