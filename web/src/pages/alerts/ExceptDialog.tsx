import {
  Alert as Box,
  Button,
  Group,
  Loader,
  Modal,
  Select,
  Stack,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, messageOf } from '@/api/client';
import type { Alert, Exception, ExceptionPreview } from '@/api/types';
import { count } from '@/time/format';

// What is expected opens no alert: scoped, expiring, and with a look at what it would have silenced.
export function ExceptDialog({ alert, onClose }: { alert: Alert; onClose: () => void }) {
  const queries = useQueryClient();
  const [where, setWhere] = useState(alert.key.map((k) => `${k.field}=${k.value}`).join(', '));
  const [expires, setExpires] = useState('30d');
  const [reason, setReason] = useState('');
  const body = {
    alert_id: alert.id,
    where: where
      .split(',')
      .map((w) => w.trim())
      .filter(Boolean),
    expires,
    reason: reason || 'expected',
  };
  const preview = useQuery({
    queryKey: ['exception-preview', body.alert_id, body.where, expires],
    queryFn: () => api<ExceptionPreview>('exceptions/preview', { body }),
    retry: false,
  });
  const make = useMutation({
    mutationFn: () => api<Exception>('exceptions', { body }),
    onSuccess: () => {
      notifications.show({ title: 'Exception made', message: `It ends after ${expires}.` });
      void queries.invalidateQueries({ queryKey: ['alerts'] });
      onClose();
    },
  });
  return (
    <Modal opened onClose={onClose} title={`Expect "${alert.title}"`} size="lg">
      <Stack gap="sm">
        <TextInput
          label="When"
          description="field=value, several with commas; all must hold"
          value={where}
          className="data"
          onChange={(e) => setWhere(e.currentTarget.value)}
        />
        <Select
          label="Until"
          allowDeselect={false}
          data={[
            { value: '1d', label: '1 day' },
            { value: '7d', label: '7 days' },
            { value: '30d', label: '30 days' },
            { value: '90d', label: '90 days' },
          ]}
          value={expires}
          onChange={(v) => v && setExpires(v)}
        />
        <Textarea
          label="Why"
          value={reason}
          required
          maxLength={500}
          onChange={(e) => setReason(e.currentTarget.value)}
        />
        <div>
          {preview.isFetching && <Loader size="xs" />}
          {preview.error && (
            <Text size="sm" role="alert">
              {messageOf(preview.error)}
            </Text>
          )}
          {preview.data && (
            <Text size="sm">
              Of {count(preview.data.looked_at)} past findings
              {preview.data.all_looked_at ? '' : ' (the newest)'}, it would have silenced{' '}
              {count(preview.data.silenced_findings)} in {count(preview.data.silenced_alerts)}{' '}
              alerts.
            </Text>
          )}
        </div>
        {make.error && (
          <Box color="gray" variant="outline" role="alert" title="Not made">
            {messageOf(make.error)}
          </Box>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            onClick={() => make.mutate()}
            loading={make.isPending}
            disabled={reason.trim() === ''}
          >
            Make the exception
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
