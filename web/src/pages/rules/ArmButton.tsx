// Whether the rule's decisions are carried out. Exactly this version is armed: a change asks again.
import { Button, Group, Modal, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { api, messageOf } from '@/api/client';
import type { ListedRule } from '@/api/rules';
import { useRulesChanged } from './useRules';

export function ArmButton({ rule, armed }: { rule: ListedRule; armed: boolean }) {
  const [asking, { open, close }] = useDisclosure();
  const changed = useRulesChanged();
  const arm = useMutation({
    mutationFn: () =>
      api<unknown>('decisions/arm', {
        body: { what: 'rule', id: rule.id, version: rule.version, armed: !armed },
      }),
    onSuccess: () => {
      notifications.show({
        title: armed ? 'Only recorded from now on' : 'Armed',
        message: rule.title,
      });
      changed();
      close();
    },
    onError: (error) => notifications.show({ title: 'Not changed', message: messageOf(error) }),
  });
  return (
    <>
      <Button size="xs" variant="default" onClick={open}>
        {armed ? 'Disarm' : 'Arm …'}
      </Button>
      <Modal
        opened={asking}
        onClose={close}
        title={armed ? 'Only record its decisions?' : 'Carry out its decisions?'}
      >
        <Text size="sm" mb="md">
          {armed
            ? 'The rule goes on finding and alerting. What it would decide is only recorded.'
            : 'This version of the rule will block for real, within the guards. Test it against history first: the red bars are ordinary users it would have hit.'}
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button loading={arm.isPending} onClick={() => arm.mutate()}>
            {armed ? 'Disarm' : 'Arm this version'}
          </Button>
        </Group>
      </Modal>
    </>
  );
}
