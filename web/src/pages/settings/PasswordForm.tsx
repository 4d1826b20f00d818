import { Button, PasswordInput, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState, type FormEvent } from 'react';
import { api, ApiProblem, messageOf } from '@/api/client';
import { useSession, useSessionActions, type Session } from '@/session/session';

export function PasswordForm() {
  const { data: session } = useSession();
  const { took } = useSessionActions();
  const [old, setOld] = useState('');
  const [next, setNext] = useState('');
  const [problem, setProblem] = useState<ApiProblem>();
  async function save(event: FormEvent) {
    event.preventDefault();
    try {
      took(await api<Session>('session/password', { body: { old, new: next } }));
      setOld('');
      setNext('');
      setProblem(undefined);
      notifications.show({ title: 'Password changed', message: 'Your other sessions are over.' });
    } catch (error) {
      setProblem(error instanceof ApiProblem ? error : new ApiProblem(0, '', messageOf(error)));
    }
  }
  return (
    <form onSubmit={save}>
      <Stack maw={380} p="md" gap="sm">
        <Text size="sm">
          You are {session?.user}, {session?.role}.
        </Text>
        <PasswordInput
          label="Password now"
          required
          autoComplete="current-password"
          value={old}
          error={problem?.of('old')}
          onChange={(e) => setOld(e.currentTarget.value)}
        />
        <PasswordInput
          label="New password"
          description="At least 12 characters"
          required
          autoComplete="new-password"
          value={next}
          error={problem?.of('new')}
          onChange={(e) => setNext(e.currentTarget.value)}
        />
        {problem && problem.errors.length === 0 && (
          <Text size="sm" role="alert">
            {problem.detail}
          </Text>
        )}
        <Button type="submit">Change the password</Button>
      </Stack>
    </form>
  );
}
