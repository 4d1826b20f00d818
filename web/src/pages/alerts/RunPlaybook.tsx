// Runs a playbook for an alert by hand; a rehearsal shows first what each step would do.
import { Button, Group, List, Modal, Select, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, messageOf } from '@/api/client';
import type { Playbook } from '@/api/types';

interface Rehearsed {
  steps: { step: string; kind: string; sentence: string }[];
}

export function RunPlaybook({ alertId }: { alertId: string }) {
  const queries = useQueryClient();
  const [opened, setOpened] = useState(false);
  const [name, setName] = useState<string | null>(null);
  const playbooks = useQuery({
    queryKey: ['playbooks'],
    queryFn: () => api<{ playbooks: Playbook[] }>('playbooks'),
    enabled: opened,
  });
  const rehearsed = useQuery({
    queryKey: ['rehearsal', alertId, name],
    queryFn: () =>
      api<Rehearsed>(`playbooks/${encodeURIComponent(name!)}/run`, {
        body: { alert: alertId, rehearse: true },
      }),
    enabled: opened && name !== null,
    retry: false,
  });
  const run = useMutation({
    mutationFn: () =>
      api<{ run: string }>(`playbooks/${encodeURIComponent(name!)}/run`, {
        body: { alert: alertId, rehearse: false },
      }),
    onSuccess: () => {
      setOpened(false);
      void queries.invalidateQueries({ queryKey: ['playbook-runs'] });
    },
    onError: (error) => notifications.show({ title: 'Not run', message: messageOf(error) }),
  });
  const chosen = playbooks.data?.playbooks.find((p) => p.name === name);
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={() => setOpened(true)}>
        Run a playbook …
      </Button>
      <Modal opened={opened} onClose={() => setOpened(false)} title="Run a playbook" size="lg">
        <Stack gap="sm">
          <Select
            label="Playbook"
            searchable
            data={(playbooks.data?.playbooks ?? []).map((p) => ({ value: p.name, label: p.name }))}
            value={name}
            onChange={setName}
          />
          {chosen && (
            <Text size="sm" c="dimmed">
              {chosen.description}
              {chosen.armed ? '' : ' It is not armed: its decisions are dry runs.'}
            </Text>
          )}
          {rehearsed.error && (
            <Text size="sm" role="alert">
              {messageOf(rehearsed.error)}
            </Text>
          )}
          {rehearsed.data && (
            <div>
              <Text size="sm" fw={600}>
                What each step would do
              </Text>
              <List size="sm" type="ordered" mt={4}>
                {rehearsed.data.steps.map((s, i) => (
                  <List.Item key={`${s.step}${i}`}>{s.sentence || s.step}</List.Item>
                ))}
              </List>
            </div>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={() => setOpened(false)}>
              Cancel
            </Button>
            <Button disabled={!rehearsed.data} loading={run.isPending} onClick={() => run.mutate()}>
              Run it
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
