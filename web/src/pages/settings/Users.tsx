import {
  Button,
  Group,
  Menu,
  Modal,
  PasswordInput,
  Select,
  Stack,
  Table,
  Text,
  TextInput,
} from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { api, ApiProblem, messageOf } from '@/api/client';
import { ErrorState } from '@/parts/States';
import { Time } from '@/parts/Time';

interface User {
  name: string;
  role: string;
  created: string;
  last_login: string | null;
  disabled: boolean;
  locked_until: string | null;
  sessions: number;
}
const roles = ['viewer', 'analyst', 'responder', 'auditor', 'admin'];

function AddUser({ onClose }: { onClose: () => void }) {
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [role, setRole] = useState('viewer');
  const [password, setPassword] = useState('');
  const add = useMutation({
    mutationFn: () => api('users', { body: { name, role, password } }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['users'] });
      onClose();
    },
  });
  const problem = add.error instanceof ApiProblem ? add.error : undefined;
  return (
    <Modal opened onClose={onClose} title="Add a user">
      <form
        onSubmit={(e: FormEvent) => {
          e.preventDefault();
          add.mutate();
        }}
      >
        <Stack gap="sm">
          <TextInput
            label="User"
            description="a-z, 0-9 and . _ - @"
            required
            value={name}
            error={problem?.of('name')}
            onChange={(e) => setName(e.currentTarget.value)}
          />
          <Select
            label="Role"
            allowDeselect={false}
            data={roles}
            value={role}
            onChange={(v) => v && setRole(v)}
          />
          <PasswordInput
            label="First password"
            description="At least 12 characters; they can change it"
            required
            autoComplete="new-password"
            value={password}
            error={problem?.of('password')}
            onChange={(e) => setPassword(e.currentTarget.value)}
          />
          {add.error && (problem?.errors.length ?? 0) === 0 && (
            <Text size="sm" role="alert">
              {messageOf(add.error)}
            </Text>
          )}
          <Button type="submit" loading={add.isPending}>
            Add the user
          </Button>
        </Stack>
      </form>
    </Modal>
  );
}

export function Users() {
  const queries = useQueryClient();
  const [adding, setAdding] = useState(false);
  const { data, error, refetch } = useQuery({
    queryKey: ['users'],
    queryFn: () => api<{ users: User[] }>('users'),
  });
  const act = useMutation({
    mutationFn: ({ name, body }: { name: string; body?: object }) =>
      body
        ? api(`users/${name}`, { method: 'PATCH', body })
        : api(`users/${name}`, { method: 'DELETE' }),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ['users'] }),
    onError: (problem) => notifications.show({ title: 'Not changed', message: messageOf(problem) }),
  });
  if (error) return <ErrorState error={error} retry={() => void refetch()} />;
  return (
    <>
      <Group justify="flex-end" p="sm">
        <Button size="xs" onClick={() => setAdding(true)}>
          Add a user
        </Button>
      </Group>
      <Table fz="sm" aria-label="Users">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>User</Table.Th>
            <Table.Th>Role</Table.Th>
            <Table.Th>State</Table.Th>
            <Table.Th>Last log-in</Table.Th>
            <Table.Th ta="right">Sessions</Table.Th>
            <Table.Th w={120} />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {(data?.users ?? []).map((u) => (
            <Table.Tr key={u.name}>
              <Table.Td>{u.name}</Table.Td>
              <Table.Td>
                <Select
                  size="xs"
                  w={130}
                  aria-label={`Role of ${u.name}`}
                  allowDeselect={false}
                  data={roles}
                  value={u.role}
                  onChange={(v) =>
                    v && v !== u.role && act.mutate({ name: u.name, body: { role: v } })
                  }
                />
              </Table.Td>
              <Table.Td>
                {u.disabled
                  ? '✕ disabled'
                  : u.locked_until
                    ? 'rests after wrong passwords'
                    : 'may log in'}
              </Table.Td>
              <Table.Td>{u.last_login ? <Time iso={u.last_login} form="ago" /> : 'never'}</Table.Td>
              <Table.Td ta="right" className="number">
                {u.sessions}
              </Table.Td>
              <Table.Td ta="right">
                <Menu position="bottom-end">
                  <Menu.Target>
                    <Button size="compact-xs" variant="default" aria-label={`Change ${u.name}`}>
                      Change …
                    </Button>
                  </Menu.Target>
                  <Menu.Dropdown>
                    <Menu.Item
                      onClick={() => act.mutate({ name: u.name, body: { disabled: !u.disabled } })}
                    >
                      {u.disabled ? 'Enable' : 'Disable'}
                    </Menu.Item>
                    {u.locked_until && (
                      <Menu.Item
                        onClick={() => act.mutate({ name: u.name, body: { unlock: true } })}
                      >
                        Unlock
                      </Menu.Item>
                    )}
                    <Menu.Item onClick={() => act.mutate({ name: u.name })}>Remove</Menu.Item>
                  </Menu.Dropdown>
                </Menu>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {adding && <AddUser onClose={() => setAdding(false)} />}
    </>
  );
}
