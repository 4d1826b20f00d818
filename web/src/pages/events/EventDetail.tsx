import {
  ActionIcon,
  Anchor,
  Box,
  Button,
  CopyButton,
  Group,
  Loader,
  Stack,
  Table,
  Text,
  Title,
} from '@mantine/core';
import { IconCirclePlus, IconCircleMinus, IconCopy } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api } from '@/api/client';
import { cellText, term, withTerm } from '@/api/search';
import type { Row } from '@/api/types';
import { Panel } from '@/parts/Panel';
import { ErrorState } from '@/parts/States';
import { Time } from '@/parts/Time';
import { useUrlState } from '@/url/urlState';
import type { InclusionProof, ProofRecord } from '@/proof/check';
import { Proof } from './Proof';
import { groupFields } from './summary';
import { Summary } from './Summary';

interface View {
  record: ProofRecord;
  event: Row | null;
  proof: InclusionProof | null;
}

export default function EventDetail({ seq }: { seq: string }) {
  const [state, change] = useUrlState();
  const { data, error, refetch } = useQuery({
    queryKey: ['event', seq],
    queryFn: ({ signal }) => api<View>(`events/${seq}`, { params: { proof: true }, signal }),
  });
  if (error) return <ErrorState error={error} retry={() => void refetch()} />;
  if (!data) return <Loader size="sm" />;
  const raw = data.record.text ?? data.record.base64 ?? '';
  const at = data.event
    ? Date.parse(cellText(data.event['@timestamp']))
    : Date.parse(data.record.received);
  const around = (minutes: number) => new Date(at + minutes * 60_000).toISOString();
  const about =
    data.event &&
    (data.event['source.ip'] ? 'source.ip' : data.event['host.name'] ? 'host.name' : undefined);
  const filter = (condition: string) => change({ q: withTerm(state.q ?? '', condition) });
  return (
    <Stack gap="md">
      {data.event && (
        <Text size="md">
          <Summary row={data.event} />
        </Text>
      )}
      <Text size="xs" c="dimmed">
        <Time iso={cellText(data.event?.['@timestamp']) || data.record.received} /> · received{' '}
        <Time iso={data.record.received} /> from {data.record.source}
        {about && (
          <>
            {' · '}
            <Anchor
              component={Link}
              size="xs"
              underline="always"
              to="/events"
              search={
                { q: term(about, data.event![about]), from: around(-5), to: around(5) } as never
              }
            >
              Around this event
            </Anchor>
          </>
        )}
      </Text>
      <Panel
        title="Raw record"
        side={
          <CopyButton value={raw}>
            {({ copied, copy }) => (
              <Button
                size="compact-xs"
                variant="default"
                leftSection={<IconCopy size={13} />}
                onClick={copy}
              >
                {copied ? 'Copied' : 'Copy'}
              </Button>
            )}
          </CopyButton>
        }
      >
        <Text
          component="pre"
          className="data"
          m={0}
          style={{ whiteSpace: 'pre-wrap', maxHeight: 260, overflow: 'auto' }}
          tabIndex={0}
        >
          {raw}
        </Text>
        {data.record.base64 !== undefined && (
          <Text size="xs" c="dimmed">
            Not text: shown as base64
          </Text>
        )}
      </Panel>
      <Panel title="Proof">
        <Proof record={data.record} proof={data.proof} />
      </Panel>
      {data.event ? (
        groupFields(data.event).map((group) => (
          <Box key={group.title}>
            <Title order={3} size={13} mb={4}>
              {group.title}
            </Title>
            <Table fz="xs" withRowBorders>
              <Table.Tbody>
                {group.fields.map(([name, value]) => (
                  <Table.Tr key={name}>
                    <Table.Th scope="row" className="data quiet" w="38%" fw={400}>
                      {name}
                    </Table.Th>
                    <Table.Td className="data">{value}</Table.Td>
                    <Table.Td w={64}>
                      <Group gap={0} wrap="nowrap">
                        <ActionIcon
                          size="sm"
                          variant="subtle"
                          color="gray"
                          aria-label={`Only ${name} ${value}`}
                          onClick={() => filter(term(name, data.event![name]))}
                        >
                          <IconCirclePlus size={14} />
                        </ActionIcon>
                        <ActionIcon
                          size="sm"
                          variant="subtle"
                          color="gray"
                          aria-label={`Without ${name} ${value}`}
                          onClick={() => filter(`not ${term(name, data.event![name])}`)}
                        >
                          <IconCircleMinus size={14} />
                        </ActionIcon>
                      </Group>
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Box>
        ))
      ) : (
        <Text size="sm">This record was not understood, and is kept as it came.</Text>
      )}
    </Stack>
  );
}
