// That a record is in the journal as it came: recomputed here, from the raw bytes to the signed root.
import { Box, Button, Code, Group, Loader, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconShieldCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { apiUrl, send } from '@/api/client';
import { checkProof, type InclusionProof, type ProofRecord } from '@/proof/check';
import { parseCheckpoint } from '@/proof/checkpoint';
import { count } from '@/time/format';

function subtleOf(): SubtleCrypto | undefined {
  return globalThis.crypto?.subtle;
}

// Origin and size of a signed checkpoint; empty when it cannot be read.
function saidBy(note: string): { origin: string; size: number } {
  try {
    return parseCheckpoint(note);
  } catch {
    return { origin: 'an unreadable checkpoint', size: 0 };
  }
}

function Outcome({ record, proof }: { record: ProofRecord; proof: InclusionProof }) {
  const subtle = subtleOf();
  const { data } = useQuery({
    queryKey: ['proof', proof.seq, proof.checkpoint],
    enabled: subtle !== undefined,
    staleTime: Infinity,
    queryFn: async ({ signal }) => {
      // Without the key the hashes are still checked.
      const key = await send('journal/key', { signal })
        .then((r) => r.text())
        .catch(() => undefined);
      return { ...(await checkProof(record, proof, subtle!, key)), key };
    },
  });
  if (!subtle) {
    return (
      <Text size="sm">
        This browser checks nothing on a page without HTTPS. On the server,{' '}
        <Code>tocsin verify --data DIR</Code> checks every record, hash and signature.
      </Text>
    );
  }
  if (!data) return <Loader size="xs" aria-label="Checking" />;
  if (!data.ok) {
    return (
      <Group gap={8} wrap="nowrap" align="flex-start" role="alert">
        <IconAlertTriangle size={18} color="var(--severity-critical-text)" aria-hidden />
        <Box>
          <Text size="sm" fw={600} style={{ color: 'var(--severity-critical-text)' }}>
            Not verified: this record does not fit the journal
          </Text>
          <Text size="sm">
            {data.wrong} Keep the proof and run <Code>tocsin verify</Code> on the server.
          </Text>
        </Box>
      </Group>
    );
  }
  return (
    <Group gap={8} wrap="nowrap" align="flex-start">
      <IconShieldCheck size={18} color="var(--verified)" aria-hidden />
      <Box>
        <Text size="sm" fw={600} style={{ color: 'var(--verified)' }}>
          Verified in this browser
        </Text>
        <Text size="xs" c="dimmed">
          {data.erased
            ? 'The content was erased; the hash that it had is in its place. '
            : `From the raw bytes to the checkpoint's root, ${data.hashes} hashes. `}
          {data.signature === 'good'
            ? 'The checkpoint is signed by the key below; compare it with the one you noted elsewhere.'
            : 'The signature of the checkpoint was not checked here.'}
        </Text>
        {data.key && (
          <Text size="xs" className="data quiet">
            {data.key.trim()}
          </Text>
        )}
      </Box>
    </Group>
  );
}

export function Proof({ record, proof }: { record: ProofRecord; proof: InclusionProof | null }) {
  if (!proof) {
    return (
      <Text size="sm">Not in a signed checkpoint yet; the next one is signed within a minute.</Text>
    );
  }
  const { origin, size } = saidBy(proof.checkpoint);
  return (
    <Stack gap={8}>
      <Outcome record={record} proof={proof} />
      <Text size="sm">
        Record {count(proof.seq)} is in block {count(proof.block_index)} of {origin}, under the
        signed checkpoint of {count(size)} blocks.
      </Text>
      <Group gap="xs">
        <Button
          component="a"
          size="xs"
          variant="default"
          href={apiUrl(`journal/proof/${proof.seq}`)}
          download={`proof-${proof.seq}.json`}
        >
          Download proof
        </Button>
        <Text size="xs" c="dimmed">
          Check the whole journal with <Code>tocsin verify</Code>
        </Text>
      </Group>
    </Stack>
  );
}
