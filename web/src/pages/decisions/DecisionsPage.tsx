import { Alert, Box, Button, Group, Select, Tabs, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '@/api/client';
import { BlockDialog } from '@/parts/BlockDialog';
import { EmptyState, ErrorState } from '@/parts/States';
import { useMay } from '@/session/session';
import { count } from '@/time/format';
import { useUrlState } from '@/url/urlState';
import { Approvals } from './Approvals';
import { DecisionTable } from './DecisionTable';
import { Enforcers } from './Enforcers';
import { Simulate } from './Simulate';
import { useDecisions } from './useDecisions';

function List({ state }: { state: 'active' | 'all' }) {
  const { data, error, refetch } = useDecisions(state);
  if (error && !data) return <ErrorState error={error} retry={() => void refetch()} />;
  const list = data?.decisions ?? [];
  if (data && list.length === 0) {
    return (
      <EmptyState title={state === 'active' ? 'Nothing is blocked' : 'Nothing was decided yet'}>
        Block from an alert, or from the menu of any address or user. Rules and playbooks decide by
        themselves once they are armed.
      </EmptyState>
    );
  }
  return (
    <>
      <DecisionTable decisions={list} />
      {data?.next && (
        <Text size="xs" c="dimmed" p="xs">
          The newest {count(list.length)} are shown.
        </Text>
      )}
    </>
  );
}

export default function DecisionsPage() {
  const [state, change] = useUrlState();
  const may = useMay('respond');
  const [value, setValue] = useState('');
  const [scope, setScope] = useState<'address' | 'user' | 'network'>('address');
  const [deciding, setDeciding] = useState(false);
  const breaker = useQuery({
    queryKey: ['breaker'],
    queryFn: () =>
      api<{ open: boolean; reason: string; held_back: number }>('decisions/breaker', {
        headers: { 'X-Background': '1' },
      }),
    refetchInterval: 10_000,
  });
  const tab = state.tab ?? 'active';
  return (
    <Box>
      {breaker.data?.open && (
        <Alert mb="sm" color="red" variant="light" title="The breaker is open">
          {breaker.data.reason} {count(breaker.data.held_back)} decisions were only recorded.
        </Alert>
      )}
      {may && (
        <form
          onSubmit={(e) => {
            e.preventDefault();
            if (value.trim()) setDeciding(true);
          }}
        >
          <Group mb="sm" gap="xs" align="flex-end">
            <Select
              size="xs"
              w={110}
              aria-label="Whom"
              allowDeselect={false}
              data={[
                { value: 'address', label: 'Address' },
                { value: 'network', label: 'Network' },
                { value: 'user', label: 'User' },
              ]}
              value={scope}
              onChange={(v) => setScope(v as typeof scope)}
            />
            <TextInput
              size="xs"
              w={240}
              aria-label="Value"
              placeholder="203.0.113.7"
              value={value}
              onChange={(e) => setValue(e.currentTarget.value)}
            />
            <Button size="xs" type="submit" disabled={!value.trim()}>
              Decide …
            </Button>
          </Group>
        </form>
      )}
      <Box className="surface">
        <Tabs
          value={tab}
          onChange={(v) => change({ tab: v === 'active' ? undefined : (v ?? undefined) }, true)}
          keepMounted={false}
        >
          <Tabs.List>
            <Tabs.Tab value="active">Active</Tabs.Tab>
            <Tabs.Tab value="history">History</Tabs.Tab>
            <Tabs.Tab value="approvals">Approvals</Tabs.Tab>
            <Tabs.Tab value="simulate">Simulate</Tabs.Tab>
            <Tabs.Tab value="enforcers">Enforcers</Tabs.Tab>
          </Tabs.List>
          <Box style={{ overflowX: 'auto' }}>
            <Tabs.Panel value="active">
              <List state="active" />
            </Tabs.Panel>
            <Tabs.Panel value="history">
              <List state="all" />
            </Tabs.Panel>
            <Tabs.Panel value="approvals">
              <Approvals />
            </Tabs.Panel>
            <Tabs.Panel value="simulate">
              <Simulate />
            </Tabs.Panel>
            <Tabs.Panel value="enforcers">
              <Enforcers />
            </Tabs.Panel>
          </Box>
        </Tabs>
      </Box>
      {deciding && (
        <BlockDialog scope={scope} value={value.trim()} onClose={() => setDeciding(false)} />
      )}
    </Box>
  );
}
