import {
  ActionIcon,
  Box,
  Group,
  Loader,
  Text,
  TextInput,
  Tooltip,
  UnstyledButton,
} from '@mantine/core';
import { IconCirclePlus, IconCircleMinus, IconColumnInsertRight } from '@tabler/icons-react';
import { useState } from 'react';
import { cellText, filterOf, term, useSearch, withTerm } from '@/api/search';
import { messageOf } from '@/api/client';
import { shortCount } from '@/time/format';
import type { Range } from '@/time/range';

interface Props {
  fields: string[];
  query: string;
  range: Range;
  onQuery: (query: string) => void;
  onColumn: (field: string) => void;
}

function TopValues({
  field,
  query,
  range,
  onQuery,
}: {
  field: string;
  query: string;
  range: Range;
  onQuery: (q: string) => void;
}) {
  const { data, error, isPending } = useSearch({
    query: `${filterOf(query)} | top 6 ${field}`,
    ...range,
    limit: 6,
  });
  if (error) return <Text size="xs">{messageOf(error)}</Text>;
  if (isPending) return <Loader size="xs" />;
  const rows = data?.rows ?? [];
  if (rows.length === 0)
    return (
      <Text size="xs" c="dimmed">
        No event here has it
      </Text>
    );
  return rows.map((row) => {
    const value = row[field];
    const text = cellText(value);
    const percent = Number(row.percent ?? 0);
    return (
      <Box key={text} py={2}>
        <Group gap={4} wrap="nowrap" justify="space-between">
          <Text size="xs" className="data" truncate title={text} style={{ fontSize: 12 }}>
            {text}
          </Text>
          <Group gap={0} wrap="nowrap">
            <Text size="xs" c="dimmed" className="number" title={`${percent.toFixed(1)} %`}>
              {shortCount(Number(row.count))}
            </Text>
            <ActionIcon
              size="xs"
              variant="subtle"
              color="gray"
              aria-label={`Only ${field} ${text}`}
              onClick={() => onQuery(withTerm(query, term(field, value)))}
            >
              <IconCirclePlus size={13} />
            </ActionIcon>
            <ActionIcon
              size="xs"
              variant="subtle"
              color="gray"
              aria-label={`Without ${field} ${text}`}
              onClick={() => onQuery(withTerm(query, `not ${term(field, value)}`))}
            >
              <IconCircleMinus size={13} />
            </ActionIcon>
          </Group>
        </Group>
        <Box h={3} bg="var(--line)" style={{ borderRadius: 2 }}>
          <Box
            h={3}
            w={`${Math.min(100, percent)}%`}
            bg="var(--mantine-primary-color-filled)"
            style={{ borderRadius: 2 }}
          />
        </Box>
      </Box>
    );
  });
}

export function FieldRail({ fields, query, range, onQuery, onColumn }: Props) {
  const [wanted, setWanted] = useState('');
  const [open, setOpen] = useState('');
  const shown = fields.filter((f) => f.toLowerCase().includes(wanted.toLowerCase()));
  return (
    <Box className="surface" p="xs" component="aside" aria-label="Fields">
      <TextInput
        size="xs"
        placeholder="Look for a field"
        aria-label="Look for a field"
        value={wanted}
        onChange={(e) => setWanted(e.currentTarget.value)}
        mb={6}
      />
      <Box
        mah="calc(100vh - 330px)"
        pr={4}
        style={{ overflowY: 'auto', scrollbarGutter: 'stable', scrollbarWidth: 'thin' }}
      >
        {shown.map((field) => (
          <Box key={field}>
            <Group gap={2} wrap="nowrap" justify="space-between">
              <UnstyledButton
                onClick={() => setOpen(open === field ? '' : field)}
                aria-expanded={open === field}
                style={{ flex: 1, minWidth: 0 }}
              >
                <Text
                  size="xs"
                  className="data"
                  truncate
                  style={{ fontSize: 12, lineHeight: '24px' }}
                  title={field}
                >
                  {field}
                </Text>
              </UnstyledButton>
              <Tooltip label="As a column" openDelay={400}>
                <ActionIcon
                  size="xs"
                  variant="subtle"
                  color="gray"
                  aria-label={`${field} as a column`}
                  onClick={() => onColumn(field)}
                >
                  <IconColumnInsertRight size={13} />
                </ActionIcon>
              </Tooltip>
            </Group>
            {open === field && (
              <Box pb={6}>
                <TopValues field={field} query={query} range={range} onQuery={onQuery} />
              </Box>
            )}
          </Box>
        ))}
        {shown.length === 0 && (
          <Text size="xs" c="dimmed">
            No field by that name
          </Text>
        )}
      </Box>
    </Box>
  );
}
