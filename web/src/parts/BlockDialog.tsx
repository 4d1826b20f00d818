// The blast radius before the button: what would come of the decision, who else uses the address,
// and which enforcers will get it.
import {
  Alert,
  Button,
  Group,
  List,
  Loader,
  Modal,
  Select,
  Stack,
  Text,
  Textarea,
} from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ApiProblem, messageOf } from '@/api/client';
import { cellText, term, useSearch } from '@/api/search';
import type { DecisionOutcome } from '@/api/types';
import { count } from '@/time/format';
import { Time } from './Time';

interface Props {
  scope: 'address' | 'user' | 'network' | 'session' | 'api_key' | 'country' | 'network_owner';
  value: string;
  alertId?: string;
  reason?: string;
  onClose: () => void;
}
const lengths = [
  { value: '1h', label: '1 hour' },
  { value: '4h', label: '4 hours' },
  { value: '24h', label: '1 day' },
  { value: '7d', label: '7 days' },
];
const kindsOf = (scope: string) =>
  scope === 'user'
    ? [
        { value: 'disable', label: 'Disable' },
        { value: 'challenge', label: 'Challenge' },
        { value: 'throttle', label: 'Throttle' },
      ]
    : [
        { value: 'block', label: 'Block' },
        { value: 'throttle', label: 'Throttle' },
        { value: 'challenge', label: 'Challenge' },
      ];

// Who else came from there in the last day, by log-ins that succeeded.
function Others({ scope, value }: { scope: string; value: string }) {
  const field = scope === 'user' ? 'user.name' : 'source.ip';
  const usable = scope === 'address' || scope === 'user';
  const found = useSearch(
    {
      query: `event.category:authentication and event.outcome:success and ${term(field, value)} | top 5 ${scope === 'user' ? 'source.ip' : 'user.name'}`,
      from: '24h',
    },
    { enabled: usable },
  );
  const events = useSearch(
    { query: `${term(field, value)} | stats count by event.outcome`, from: '24h' },
    { enabled: usable },
  );
  if (!usable) return null;
  const names = (found.data?.rows ?? []).map((r) =>
    cellText(r[scope === 'user' ? 'source.ip' : 'user.name']),
  );
  const total = (events.data?.rows ?? []).reduce((sum, r) => sum + Number(r.count ?? 0), 0);
  const failed = Number(
    events.data?.rows.find((r) => r['event.outcome'] === 'failure')?.count ?? 0,
  );
  return (
    <List size="sm" spacing={2}>
      <List.Item>
        {count(total)} events in the last day, {count(failed)} of them failures
      </List.Item>
      <List.Item>
        {names.length === 0
          ? scope === 'user'
            ? 'Nobody logged in under this name in the last day'
            : 'Nobody logged in from here in the last day'
          : `${scope === 'user' ? 'Logged in from' : 'Logged in from here'}: ${names.join(', ')}`}
      </List.Item>
    </List>
  );
}

export function BlockDialog({ scope, value, alertId, reason = '', onClose }: Props) {
  const queries = useQueryClient();
  const [kind, setKind] = useState(kindsOf(scope)[0]!.value);
  const [duration, setDuration] = useState('4h');
  const [why, setWhy] = useState(reason);
  const body = {
    value,
    kind,
    scope,
    duration,
    reason: why || 'decided in the console',
    alert_id: alertId,
  };
  const preview = useQuery({
    queryKey: ['simulate', body],
    queryFn: () => api<DecisionOutcome>('decisions/simulate', { body }),
  });
  const enforcers = useQuery({
    queryKey: ['enforcers'],
    queryFn: () => api<{ enforcers: { name: string; state: string }[] }>('enforcers'),
  });
  const take = useMutation({
    mutationFn: () => api<DecisionOutcome>('decisions', { body }),
    onSuccess: (outcome) => {
      notifications.show({ title: outcome.outcome, message: outcome.sentence });
      void queries.invalidateQueries({ queryKey: ['decisions'] });
      onClose();
    },
  });
  const outcome = preview.data;
  const stops =
    outcome !== undefined && outcome.outcome !== 'taken' && outcome.outcome !== 'waiting';
  const decision = outcome?.decision as { until?: string } | null | undefined;
  const ready = enforcers.data?.enforcers.filter((e) => e.state !== 'silent') ?? [];
  const word = kindsOf(scope).find((k) => k.value === kind)!.label;
  return (
    <Modal
      opened
      onClose={onClose}
      title={`${word} ${value}`}
      size="lg"
      onClick={(e) => e.stopPropagation()}
    >
      <Stack gap="sm">
        <Group grow>
          <Select
            label="What"
            data={kindsOf(scope)}
            value={kind}
            allowDeselect={false}
            onChange={(v) => v && setKind(v)}
          />
          <Select
            label="How long"
            data={lengths}
            value={duration}
            allowDeselect={false}
            onChange={(v) => v && setDuration(v)}
          />
        </Group>
        <Textarea
          label="Why"
          placeholder="For whoever reads this later"
          value={why}
          maxLength={500}
          autosize
          minRows={1}
          onChange={(e) => setWhy(e.currentTarget.value)}
        />
        <div>
          <Text size="sm" fw={600}>
            Who this touches
          </Text>
          <Others scope={scope} value={value} />
        </div>
        <div>
          <Text size="sm" fw={600}>
            What would come of it
          </Text>
          {preview.isPending && <Loader size="xs" />}
          {preview.error && (
            <Text size="sm" role="alert">
              {messageOf(preview.error)}
            </Text>
          )}
          {outcome && (
            <List size="sm" spacing={2}>
              <List.Item>{outcome.sentence}</List.Item>
              {decision?.until && !stops && (
                <List.Item>
                  It ends by itself at <Time iso={decision.until} />, and can be lifted before.
                </List.Item>
              )}
              <List.Item>
                {ready.length === 0
                  ? 'No enforcer is connected: nothing is stopped until one is.'
                  : `Enforced by ${ready.map((e) => e.name).join(', ')}`}
              </List.Item>
            </List>
          )}
        </div>
        {stops && (
          <Alert color="gray" variant="outline" title="This would not be enforced">
            {outcome.guard ? `The guard "${outcome.guard}" stands against it.` : outcome.sentence}
          </Alert>
        )}
        {take.error && (
          <Alert color="gray" variant="outline" role="alert" title="Not decided">
            {take.error instanceof ApiProblem ? take.error.detail : String(take.error)}
          </Alert>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            onClick={() => take.mutate()}
            loading={take.isPending}
            disabled={!outcome || stops}
          >
            {word} {value.length > 40 ? '' : value}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
