import { Code, CopyButton, Button, Group, Stack, Text, Title } from '@mantine/core';

function Way({ title, text }: { title: string; text: string }) {
  return (
    <Stack gap={4}>
      <Group justify="space-between">
        <Text fw={600} size="sm">
          {title}
        </Text>
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button size="compact-xs" variant="default" onClick={copy}>
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
      </Group>
      <Code block>{text}</Code>
    </Stack>
  );
}

// What stands here before anything has arrived.
export function FirstSteps() {
  const url = window.location.origin;
  return (
    <Stack maw={760} mx="auto" py="xl" gap="lg">
      <div>
        <Title order={1}>Nothing has arrived yet</Title>
        <Text c="dimmed">
          Send something in one of these ways; it appears here within a second.
        </Text>
      </div>
      <Way
        title="A realistic day with attacks in it"
        text={`tocsin demo --url ${url} --key "$(tocsin key create --scope ingest --name demo)"`}
      />
      <Way
        title="One line of your own"
        text={`curl -H "X-Api-Key: KEY" -d '2026-11-23T14:00:00.123Z - Login attempt by user: alice' ${url}/api/v1/events?source=shop`}
      />
      <Way
        title="A log file on this machine (tocsin.yaml)"
        text={'sources:\n  - type: file\n    path: /var/log/nginx/access.log'}
      />
    </Stack>
  );
}
