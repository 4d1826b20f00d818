import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Decision } from '@/api/types';
import { useLift } from '@/pages/decisions/useDecisions';

export function LiftDialog({ decision, onClose }: { decision: Decision; onClose: () => void }) {
  const lift = useLift();
  const [why, setWhy] = useState('');
  const word = decision.kind === 'block' ? 'Unblock' : 'Lift';
  return (
    <Modal opened onClose={onClose} title={`${word} ${decision.value}`}>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          lift.mutate(
            { id: decision.id!, why: why || 'lifted in the console' },
            { onSuccess: onClose },
          );
        }}
      >
        <Stack>
          <Text size="sm">It ends on every enforcer at once.</Text>
          <TextInput
            label="Why"
            value={why}
            maxLength={300}
            data-autofocus
            onChange={(e) => setWhy(e.currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={lift.isPending}>
              {word}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
