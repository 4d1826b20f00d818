// /rules: ?view=matrix, ?rule=ID (or new, with copy=ID), and what the list is filtered by: find, level,
// state, own, technique, tactic, sort.
import {
  Box,
  Button,
  Chip,
  Group,
  Loader,
  Pill,
  SegmentedControl,
  Select,
  Text,
  TextInput,
  VisuallyHidden,
} from '@mantine/core';
import { IconGridDots, IconList, IconPlus, IconSearch } from '@tabler/icons-react';
import { useMemo } from 'react';
import { levels } from '@/parts/Severity';
import { EmptyState, ErrorState } from '@/parts/States';
import { useMay } from '@/session/session';
import { useUrlState, type UrlState } from '@/url/urlState';
import { tacticTitle, techniqueName } from './attack';
import { LoadReport } from './LoadReport';
import { Matrix } from './Matrix';
import { RuleDetail } from './RuleDetail';
import { fits, sorted, type Filter } from './ruleRows';
import { RuleTable, shownText } from './RuleTable';
import { useRuleRows } from './useRules';

const noFilter: UrlState = {
  find: undefined,
  level: undefined,
  state: undefined,
  own: undefined,
  technique: undefined,
  tactic: undefined,
};

function Filters({ state, change }: { state: UrlState; change: (patch: UrlState) => void }) {
  return (
    <>
      <TextInput
        size="xs"
        w={200}
        aria-label="Find a rule"
        placeholder="Title, tag, log source, id"
        leftSection={<IconSearch size={14} />}
        value={state.find ?? ''}
        maxLength={200}
        onChange={(e) => change({ find: e.currentTarget.value || undefined })}
      />
      <Select
        size="xs"
        w={116}
        aria-label="Level"
        placeholder="Any level"
        clearable
        data={[...levels]}
        value={state.level ?? null}
        onChange={(v) => change({ level: v ?? undefined })}
      />
      <Select
        size="xs"
        w={124}
        aria-label="State"
        placeholder="Any state"
        clearable
        data={[
          { value: 'armed', label: 'Armed' },
          { value: 'dry run', label: 'Dry run' },
          { value: 'off', label: 'Off (refused)' },
          { value: 'no source', label: 'No source here' },
        ]}
        value={state.state ?? null}
        onChange={(v) => change({ state: v ?? undefined })}
      />
      <Chip
        size="xs"
        variant="outline"
        checked={state.own === '1'}
        onChange={(on) => change({ own: on ? '1' : undefined })}
      >
        Own rules
      </Chip>
      {state.technique && (
        <Pill
          withRemoveButton
          removeButtonProps={{ 'aria-label': 'Any technique', 'aria-hidden': false, tabIndex: 0 }}
          onRemove={() => change({ technique: undefined })}
        >
          {state.technique} {techniqueName(state.technique)}
        </Pill>
      )}
      {state.tactic && (
        <Pill
          withRemoveButton
          removeButtonProps={{ 'aria-label': 'Any tactic', 'aria-hidden': false, tabIndex: 0 }}
          onRemove={() => change({ tactic: undefined })}
        >
          {tacticTitle(state.tactic)}
        </Pill>
      )}
    </>
  );
}

function RuleOverview() {
  const [state, change] = useUrlState();
  const { list, rows, activity } = useRuleRows();
  const mayWrite = useMay('admin');
  const matrix = state.view === 'matrix';
  const by = state.by === 'loaded' ? 'loaded' : 'seen';
  const filter: Filter = useMemo(() => ({ ...state, own: state.own === '1' }), [state]);
  const shown = useMemo(
    () =>
      sorted(
        rows.filter((row) => fits(row, filter)),
        state.sort,
      ),
    [rows, filter, state.sort],
  );
  if (list.error && !list.data) {
    return <ErrorState error={list.error} retry={() => void list.refetch()} />;
  }
  if (!list.data) return <Loader size="sm" m="xl" aria-label="Reading the rules" />;
  const filtered = shown.length < rows.length;
  return (
    <>
      <LoadReport key={list.data.loaded_at} list={list.data} />
      <Group mb="sm" justify="space-between" gap="xs">
        <Group gap="xs">
          <SegmentedControl
            size="xs"
            aria-label="View"
            data={[
              {
                value: 'list',
                label: (
                  <Group gap={5} wrap="nowrap">
                    <IconList size={14} aria-hidden /> List
                  </Group>
                ),
              },
              {
                value: 'matrix',
                label: (
                  <Group gap={5} wrap="nowrap">
                    <IconGridDots size={14} aria-hidden /> Matrix
                  </Group>
                ),
              },
            ]}
            value={matrix ? 'matrix' : 'list'}
            onChange={(v) => change({ view: v === 'matrix' ? 'matrix' : undefined })}
          />
          {matrix && (
            <SegmentedControl
              size="xs"
              aria-label="Colour by"
              data={[
                { value: 'seen', label: 'Colour by findings' },
                { value: 'loaded', label: 'Colour by rules' },
              ]}
              value={by}
              onChange={(v) => change({ by: v === 'loaded' ? v : undefined }, true)}
            />
          )}
          {!matrix && <Filters state={state} change={(patch) => change(patch, true)} />}
        </Group>
        <Group gap="sm">
          {activity.error && (
            <Text size="xs" role="status">
              Findings cannot be counted now
            </Text>
          )}
          {!matrix && (
            <Text size="xs" c="dimmed" className="number" role="status">
              {shownText(shown.length, rows.length)}
            </Text>
          )}
          {mayWrite && (
            <Button
              size="xs"
              leftSection={<IconPlus size={14} />}
              onClick={() => change({ rule: 'new', copy: undefined })}
            >
              New rule
            </Button>
          )}
        </Group>
      </Group>
      {matrix ? (
        <Matrix
          rows={rows}
          by={by}
          onPick={(tactic, technique) =>
            change({ ...noFilter, view: undefined, tactic: tactic || undefined, technique })
          }
        />
      ) : (
        <Box className="surface" style={{ overflow: 'hidden' }}>
          {shown.length === 0 ? (
            <EmptyState title={filtered ? 'No rule fits' : 'No rule is loaded'}>
              {filtered ? (
                <Button size="xs" variant="default" onClick={() => change(noFilter)}>
                  Show all rules
                </Button>
              ) : (
                'Put rules into the folder of rules, or write the first one here.'
              )}
            </EmptyState>
          ) : (
            <RuleTable
              rows={shown}
              sort={state.sort}
              onSort={(sort) => change({ sort }, true)}
              onOpen={(id) => change({ rule: id })}
            />
          )}
        </Box>
      )}
    </>
  );
}

export default function RulesPage() {
  const [state] = useUrlState();
  return (
    <Box>
      {state.rule ? (
        <RuleDetail key={`${state.rule} ${state.copy ?? ''}`} id={state.rule} copy={state.copy} />
      ) : (
        <>
          <VisuallyHidden component="h1">Rules</VisuallyHidden>
          <RuleOverview />
        </>
      )}
    </Box>
  );
}
