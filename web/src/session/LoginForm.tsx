import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { api, ApiProblem, messageOf } from '@/api/client';
import { duration } from '@/time/format';
import { useSessionActions, type Session } from './session';

function sentence(error: unknown): string {
  if (error instanceof ApiProblem && error.status === 429) {
    return `Too many wrong passwords. Try again in ${duration(error.retryAfterS ?? 60)}.`;
  }
  return messageOf(error);
}

export function LoginForm() {
  const { took } = useSessionActions();
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  async function logIn(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setProblem('');
    try {
      took(await api<Session>('session', { body: { user: user.trim(), password } }));
    } catch (error) {
      setProblem(sentence(error));
      setPassword('');
    } finally {
      setBusy(false);
    }
  }
  return (
    <form onSubmit={logIn}>
      <Stack gap="sm">
        {problem && (
          <Alert color="gray" variant="outline" role="alert" title="Not logged in">
            {problem}
          </Alert>
        )}
        <TextInput
          label="User"
          autoComplete="username"
          autoFocus
          required
          value={user}
          onChange={(e) => setUser(e.currentTarget.value)}
        />
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(e) => setPassword(e.currentTarget.value)}
        />
        <Button type="submit" loading={busy}>
          Log in
        </Button>
      </Stack>
    </form>
  );
}
