import { Button, Group, Modal, Text } from '@mantine/core';
import { useBlocker } from '@tanstack/react-router';
import type { UrlState } from '@/url/urlState';

// What of the address says which thing is being changed.
const shown = ['rule', 'copy', 'board'];

// Asks before changes are lost: by a link, by Back, or by closing the window.
export function LeaveGuard({ changed }: { changed: () => boolean }) {
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => {
      const here = current.search as UrlState;
      const there = next.search as UrlState;
      const stays =
        current.pathname === next.pathname && shown.every((name) => here[name] === there[name]);
      return !stays && changed();
    },
    enableBeforeUnload: changed,
    withResolver: true,
  });
  return (
    <Modal
      opened={blocker.status === 'blocked'}
      onClose={() => blocker.reset?.()}
      title="Leave without saving?"
      size="sm"
    >
      <Text size="sm" mb="md">
        What you changed here is not saved.
      </Text>
      <Group justify="flex-end">
        <Button variant="default" onClick={() => blocker.proceed?.()}>
          Leave
        </Button>
        <Button data-autofocus onClick={() => blocker.reset?.()}>
          Stay here
        </Button>
      </Group>
    </Modal>
  );
}
