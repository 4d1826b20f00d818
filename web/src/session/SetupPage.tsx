import { Alert, Anchor, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { api, ApiProblem, messageOf } from '@/api/client';
import { DoorPage } from './DoorPage';
import { useSessionActions, type Session } from './session';

// The first user, by the link that the server printed. The token stands behind '#': it never reaches
// a server's log.
export function SetupPage() {
  const { took } = useSessionActions();
  const navigate = useNavigate();
  const [token] = useState(() => window.location.hash.slice(1));
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [problem, setProblem] = useState<ApiProblem>();
  const differs = again !== '' && again !== password;
  async function make(event: FormEvent) {
    event.preventDefault();
    if (password !== again) return;
    try {
      took(await api<Session>('setup', { body: { token, user: user.trim(), password } }));
      await navigate({ to: '/' });
    } catch (error) {
      setProblem(error instanceof ApiProblem ? error : new ApiProblem(0, '', messageOf(error)));
    }
  }
  const beside = (problem?.errors.length ?? 0) > 0;
  return (
    <DoorPage
      title="Make the first user"
      note="This user administrates: rules, decisions, users. Others are added in Settings."
    >
      <form onSubmit={make}>
        <Stack gap="sm">
          {!token && (
            <Alert variant="outline" color="gray" title="The link is not whole">
              Open the link that the server printed when it started, with all that stands behind #.
            </Alert>
          )}
          {problem && !beside && (
            <Alert variant="outline" color="gray" role="alert" title="Not made">
              {problem.detail} {problem.status === 410 && <Anchor href="/">Log in</Anchor>}
            </Alert>
          )}
          <TextInput
            label="User"
            description="a-z, 0-9 and . _ - @"
            autoComplete="username"
            autoFocus
            required
            value={user}
            error={problem?.of('user')}
            onChange={(e) => setUser(e.currentTarget.value)}
          />
          <PasswordInput
            label="Password"
            description="At least 12 characters: a few words do well"
            autoComplete="new-password"
            required
            value={password}
            error={problem?.of('password')}
            onChange={(e) => setPassword(e.currentTarget.value)}
          />
          <PasswordInput
            label="Password, once more"
            autoComplete="new-password"
            required
            value={again}
            error={differs ? 'The two passwords differ' : undefined}
            onChange={(e) => setAgain(e.currentTarget.value)}
          />
          <Button type="submit" disabled={!token}>
            Make the user and go in
          </Button>
        </Stack>
      </form>
    </DoorPage>
  );
}
