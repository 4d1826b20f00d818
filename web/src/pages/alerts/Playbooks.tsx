import { Badge, Button, Group, List, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, messageOf } from '@/api/client';
import type { PlaybookRun } from '@/api/types';
import { Time } from '@/parts/Time';
import { useMay } from '@/session/session';
import { RunPlaybook } from './RunPlaybook';

interface Step {
  number: number;
  step: string;
  kind: string;
  at: string;
  outcome: string;
  sentence: string;
}

function Run({ run }: { run: PlaybookRun }) {
  const queries = useQueryClient();
  const may = useMay('respond');
  const detail = useQuery({
    queryKey: ['playbook-runs', run.id],
    queryFn: () =>
      api<PlaybookRun & { steps: Step[] }>(`playbook-runs/${run.id}`, {
        headers: { 'X-Background': '1' },
      }),
    refetchInterval: run.state === 'running' ? 3_000 : false,
  });
  const answer = useMutation({
    mutationFn: (yes: boolean) => api(`playbook-runs/${run.id}/answer`, { body: { yes } }),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ['playbook-runs'] }),
    onError: (error) => notifications.show({ title: 'Not answered', message: messageOf(error) }),
  });
  const cancel = useMutation({
    mutationFn: () => api(`playbook-runs/${run.id}/cancel`, { body: {} }),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ['playbook-runs'] }),
    onError: (error) => notifications.show({ title: 'Not cancelled', message: messageOf(error) }),
  });
  return (
    <div>
      <Group gap="xs">
        <Text size="sm" fw={600}>
          {run.playbook}
        </Text>
        <Badge size="sm" variant="outline" color="gray">
          {run.state}
        </Badge>
        {may && run.state === 'running' && (
          <Button
            size="compact-xs"
            variant="default"
            loading={cancel.isPending}
            aria-label={`Cancel ${run.playbook}`}
            onClick={() => cancel.mutate()}
          >
            Cancel
          </Button>
        )}
      </Group>
      <List size="sm" listStyleType="none" mt={4}>
        {(detail.data?.steps ?? []).map((s) => (
          <List.Item key={s.number}>
            <Text span c="dimmed">
              {s.outcome === 'failed' ? '✕' : '✓'}{' '}
            </Text>
            {s.sentence || s.step}{' '}
            <Text span size="xs" c="dimmed">
              <Time iso={s.at} />
            </Text>
          </List.Item>
        ))}
      </List>
      {run.waiting && may && run.detail && (
        <Group mt="xs" gap="xs">
          <Text size="sm">{run.detail}</Text>
          <Button size="compact-sm" onClick={() => answer.mutate(true)} loading={answer.isPending}>
            Approve
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => answer.mutate(false)}>
            Refuse
          </Button>
        </Group>
      )}
    </div>
  );
}

export function Playbooks({ alertId }: { alertId: string }) {
  const runs = useQuery({
    queryKey: ['playbook-runs', { alertId }],
    queryFn: () =>
      api<{ runs: PlaybookRun[] }>('playbook-runs', {
        params: { alert: alertId, limit: 10 },
        headers: { 'X-Background': '1' },
      }),
    refetchInterval: 5_000,
  });
  const may = useMay('respond');
  const list = runs.data?.runs ?? [];
  return (
    <Stack gap="sm">
      {list.length === 0 && (
        <Text size="sm" c="dimmed">
          No playbook ran for this alert.
        </Text>
      )}
      {list.map((run) => (
        <Run key={run.id} run={run} />
      ))}
      {may && (
        <Group>
          <RunPlaybook alertId={alertId} />
        </Group>
      )}
    </Stack>
  );
}
