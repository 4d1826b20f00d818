import { Center, Code, Loader, Modal, Text } from '@mantine/core';
import { useEffect, useRef, type ReactNode } from 'react';
import { setOnExpired } from '@/api/client';
import { ErrorState } from '@/parts/States';
import { DoorPage } from './DoorPage';
import { LoginForm } from './LoginForm';
import { useSession, useSessionActions } from './session';

// Shows the page to whoever is logged in. When a session ends, the form stands over the page, which
// stays as it was.
export function SessionGate({ children }: { children: ReactNode }) {
  const session = useSession();
  const { expired } = useSessionActions();
  const wasIn = useRef(false);
  useEffect(() => setOnExpired(expired), [expired]);
  if (session.data?.signed_in) wasIn.current = true;
  if (session.isPending) {
    return (
      <Center mih="100vh">
        <Loader aria-label="Loading" />
      </Center>
    );
  }
  if (!session.data) {
    return (
      <Center mih="100vh" p="md">
        <ErrorState error={session.error} retry={() => void session.refetch()} />
      </Center>
    );
  }
  if (session.data.signed_in) return children;
  if (wasIn.current) {
    return (
      <>
        {children}
        <Modal
          opened
          onClose={() => {}}
          withCloseButton={false}
          title="Your session ended"
          centered
        >
          <Text size="sm" c="dimmed" mb="md">
            Log in to go on where you were.
          </Text>
          <LoginForm />
        </Modal>
      </>
    );
  }
  if (session.data.setup_needed) {
    return (
      <DoorPage title="Nobody may log in yet">
        <Text size="sm" mb="sm">
          The server printed a link when it started; open it to make the first user. Or, on its
          machine:
        </Text>
        <Code block>tocsin user add NAME --role admin</Code>
      </DoorPage>
    );
  }
  return (
    <DoorPage title="Log in">
      <LoginForm />
    </DoorPage>
  );
}
