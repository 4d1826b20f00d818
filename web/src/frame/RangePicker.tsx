import { Button, Group, Popover, Stack, TextInput } from '@mantine/core';
import { IconChevronDown, IconClock } from '@tabler/icons-react';
import { useState } from 'react';
import { presets, rangeLabel, useRange } from '@/time/range';

// "2026-11-23 14:00" of the viewer's zone as an ISO time.
export function readLocalTime(text: string): string | undefined {
  const at = new Date(text.trim().replace(' ', 'T'));
  return text.trim() === '' || Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

export function RangePicker() {
  const [range, setRange] = useRange();
  const [open, setOpen] = useState(false);
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const start = readLocalTime(from);
  const end = readLocalTime(to);
  const wrong = start && end && start >= end ? 'The end is before the start' : undefined;
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" trapFocus>
      <Popover.Target>
        <Button
          variant="default"
          leftSection={<IconClock size={15} />}
          rightSection={<IconChevronDown size={14} />}
          onClick={() => setOpen(!open)}
          style={{ fontWeight: 400, flex: 'none', marginLeft: 'auto' }}
        >
          {rangeLabel(range)}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap={4}>
          {presets.map((preset) => (
            <Button
              key={preset.value}
              variant={!range.to && range.from === preset.value ? 'light' : 'subtle'}
              justify="flex-start"
              size="xs"
              onClick={() => {
                setRange({ from: preset.value });
                setOpen(false);
              }}
            >
              {preset.label}
            </Button>
          ))}
          <TextInput
            label="From"
            type="datetime-local"
            size="xs"
            value={from}
            onChange={(e) => setFrom(e.currentTarget.value)}
          />
          <TextInput
            label="To"
            type="datetime-local"
            size="xs"
            value={to}
            error={wrong}
            onChange={(e) => setTo(e.currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button
              size="xs"
              disabled={!start || wrong !== undefined}
              onClick={() => {
                setRange({ from: start!, to: end });
                setOpen(false);
              }}
            >
              Apply
            </Button>
          </Group>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
