import { Box, Button, Group, Modal, Select, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { commonFields } from '@/query/fields';
import { QueryBar } from '@/query/QueryBar';
import type { Range } from '@/time/range';
import { panelTypeNames, panelTypes, type BoardPanel, type PanelType } from './board';
import { PanelBody } from './PanelBody';

const hints: Record<PanelType, string> = {
  timeseries: '… | timechart count by event.outcome',
  bars: '… | top 10 source.ip',
  pie: '… | top 8 event.dataset',
  value: '… | stats count',
  table: '… | stats count by user.name, source.ip | sort -count',
  map: '… | stats count by source.geo.country_iso_code',
  heatmap: '… | timechart span=1h count by event.dataset',
};

export function PanelEditor({
  panel,
  range,
  onDone,
  onClose,
}: {
  panel: BoardPanel;
  range: Range;
  onDone: (panel: BoardPanel) => void;
  onClose: () => void;
}) {
  const [draft, setDraft] = useState(panel);
  const untitled = draft.title.trim() === '';
  return (
    <Modal opened onClose={onClose} title="Panel" size="xl">
      <Stack gap="sm">
        <Group grow>
          <TextInput
            label="Title"
            required
            maxLength={120}
            value={draft.title}
            onChange={(e) => setDraft({ ...draft, title: e.currentTarget.value })}
          />
          <Select
            label="Drawn as"
            allowDeselect={false}
            data={panelTypes.map((t) => ({ value: t, label: panelTypeNames[t] }))}
            value={draft.type}
            onChange={(v) => v && setDraft({ ...draft, type: v as PanelType })}
          />
        </Group>
        <div>
          <QueryBar
            query={draft.query}
            range={range}
            fields={commonFields}
            onRun={(query) => setDraft({ ...draft, query })}
          />
          <Text size="xs" c="dimmed" mt={4}>
            {hints[draft.type]} · Enter shows it below
          </Text>
        </div>
        {draft.type === 'timeseries' && (
          <Switch
            label="Stacked"
            checked={draft.options?.stacked ?? false}
            onChange={(e) =>
              setDraft({
                ...draft,
                options: { ...draft.options, stacked: e.currentTarget.checked },
              })
            }
          />
        )}
        {draft.type === 'value' && (
          <TextInput
            label="Unit"
            maxLength={20}
            value={draft.options?.unit ?? ''}
            onChange={(e) =>
              setDraft({ ...draft, options: { ...draft.options, unit: e.currentTarget.value } })
            }
          />
        )}
        <Box className="surface" p="sm" h={260} aria-label="Preview" role="region">
          <PanelBody
            key={draft.query + draft.type}
            panel={draft}
            range={range}
            height={230}
            refreshS={0}
            onRange={() => {}}
          />
        </Box>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button disabled={untitled} onClick={() => onDone(draft)}>
            Take it
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
