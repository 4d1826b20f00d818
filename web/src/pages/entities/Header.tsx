// Who it is, how grave, and what stands against it now.
import { Box, Button, Group, Text, Title } from '@mantine/core';
import { IconArrowLeft, IconBan, IconUserOff } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import type { Alert, Decision } from '@/api/types';
import { BlockDialog } from '@/parts/BlockDialog';
import { scopeOfKind, termOf, type EntityKind } from '@/parts/entity';
import { Severity } from '@/parts/Severity';
import { gravest, isOpen, standingDecision, standingWords } from '@/parts/standing';
import { Time } from '@/parts/Time';
import type { Known } from '@/parts/useEntity';
import { useMay } from '@/session/session';
import { count } from '@/time/format';
import { keepRange } from '@/url/urlState';
import { kindIcon, kindName } from './kindIcons';
import { LiftDialog } from './LiftDialog';
import { OpenInEvents } from './OpenInEvents';

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <Box style={{ minWidth: 110, maxWidth: 320 }}>
      <Text component="dt" size="xs" c="dimmed">
        {name}
      </Text>
      <Box component="dd" m={0} fz={14} style={{ overflowWrap: 'anywhere' }}>
        {children}
      </Box>
    </Box>
  );
}

// The first few of a list, and how many there are more.
function several(names: readonly string[], most = 3): string {
  if (names.length === 0) return 'Not known';
  const rest = names.length - most;
  return names.slice(0, most).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

interface Props {
  kind: EntityKind;
  value: string;
  known?: Known;
  alerts: Alert[];
  decisions: Decision[];
}

export function Header({ kind, value, known, alerts, decisions }: Props) {
  const may = useMay('respond');
  const [doing, setDoing] = useState<'block' | 'lift'>();
  const [lifting, setLifting] = useState<Decision>();
  const Icon = kindIcon[kind];
  const scope = scopeOfKind(kind);
  const standing = standingDecision(decisions, Date.now());
  const level = gravest(alerts);
  const open = alerts.filter(isOpen).length;
  return (
    <Box className="surface" p="md" component="section" aria-label="Who it is">
      <Group justify="space-between" align="flex-start" wrap="nowrap" gap="md">
        <Box style={{ minWidth: 0 }}>
          <Group gap={6} c="dimmed" wrap="nowrap">
            <Icon size={16} stroke={1.6} aria-hidden />
            <Text size="xs">{kindName[kind]}</Text>
          </Group>
          <Title
            order={1}
            className="data"
            style={{ fontSize: 22, maxHeight: 90, overflow: 'auto' }}
          >
            {value}
          </Title>
        </Box>
        <Group gap="xs" style={{ flex: 'none' }}>
          <Button
            component={Link}
            to="/entities"
            search={keepRange as never}
            variant="subtle"
            color="gray"
            size="xs"
            leftSection={<IconArrowLeft size={14} />}
          >
            All entities
          </Button>
          {may && standing && (
            <Button
              size="xs"
              variant="default"
              onClick={() => {
                setLifting(standing);
                setDoing('lift');
              }}
            >
              {standing.kind === 'block' ? 'Unblock …' : 'Lift …'}
            </Button>
          )}
          {may && scope && (
            <Button
              size="xs"
              variant={standing && !standing.dry_run ? 'default' : 'filled'}
              leftSection={scope === 'user' ? <IconUserOff size={14} /> : <IconBan size={14} />}
              onClick={() => setDoing('block')}
            >
              {scope === 'user' ? 'Disable …' : 'Block …'}
            </Button>
          )}
        </Group>
      </Group>
      <Group component="dl" gap="xl" mt="sm" mb={0} align="flex-start">
        <Fact name="Risk">
          {level ? (
            <Group gap={8}>
              <Severity level={level} />
              <Text span size="sm" c="dimmed">
                {count(open)} open {open === 1 ? 'alert' : 'alerts'}
              </Text>
            </Group>
          ) : (
            'No open alert'
          )}
        </Fact>
        {scope && (
          <Fact name="Decision">
            <span>{standingWords(standing)}</span>
            {standing && (
              <Text size="xs" c="dimmed">
                {standing.value !== value && `${standing.value}, `}until{' '}
                <Time iso={standing.until ?? ''} /> by {standing.decided_by}
              </Text>
            )}
          </Fact>
        )}
        <Fact name={known && known.countries.length > 1 ? 'Countries' : 'Country'}>
          {known ? several(known.countries, 6) : '…'}
        </Fact>
        <Fact name="Network owner">
          {known ? several(known.owners) : '…'}
          {known && known.ownerNumbers.length === 1 && (
            <Text size="xs" c="dimmed">
              AS{known.ownerNumbers[0]}
            </Text>
          )}
        </Fact>
        <Fact name="First seen">
          {known?.first ? <Time iso={known.first} /> : known ? 'Not in 30 days' : '…'}
        </Fact>
        <Fact name="Last seen">
          {known?.last ? <Time iso={known.last} form="ago" /> : known ? 'Not in 30 days' : '…'}
        </Fact>
        <Fact name="Events in 30 days">
          <span className="number">{known ? count(known.events) : '…'}</span>
          <div>
            <OpenInEvents query={termOf(kind, value)} what={`all of this ${kind}`} />
          </div>
        </Fact>
      </Group>
      {doing === 'block' && scope && (
        <BlockDialog scope={scope} value={value} onClose={() => setDoing(undefined)} />
      )}
      {doing === 'lift' && lifting && (
        <LiftDialog decision={lifting} onClose={() => setDoing(undefined)} />
      )}
    </Box>
  );
}
