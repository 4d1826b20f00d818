// One rule: its text on the left, what it matches on the right, its history below.
import { Anchor, Box, Loader } from '@mantine/core';
import { useMemo } from 'react';
import { EmptyState, ErrorState } from '@/parts/States';
import { ApiProblem } from '@/api/client';
import { useUrlState } from '@/url/urlState';
import { copyOf, newId, templateOf } from './ruleText';
import { RuleWorkbench } from './RuleWorkbench';
import { useRuleRows, useRuleText } from './useRules';

export function RuleDetail({ id, copy }: { id: string; copy?: string }) {
  const [, change] = useUrlState();
  const isNew = id === 'new';
  const source = isNew ? copy : id;
  const text = useRuleText(source);
  const { list, rows } = useRuleRows();
  const start = useMemo(() => {
    if (isNew && !copy) return templateOf(newId(), new Date().toISOString().slice(0, 10));
    if (text.data === undefined) return undefined;
    return isNew ? copyOf(text.data.text).text : text.data.text;
  }, [isNew, copy, text.data]);
  if (text.error && text.data === undefined) {
    return text.error instanceof ApiProblem && text.error.status === 404 ? (
      <Box className="surface">
        <EmptyState title="There is no such rule">
          It may have been deleted, or never been in force.{' '}
          <Anchor
            size="sm"
            component="button"
            onClick={() => change({ rule: undefined, copy: undefined })}
          >
            Show all rules
          </Anchor>
        </EmptyState>
      </Box>
    ) : (
      <ErrorState error={text.error} retry={() => void text.refetch()} />
    );
  }
  if (start === undefined) return <Loader size="sm" m="xl" aria-label="Reading the rule" />;
  return (
    <RuleWorkbench
      id={isNew ? undefined : id}
      initial={start}
      own={isNew || (text.data?.own ?? false)}
      file={isNew ? undefined : text.data?.file}
      rule={isNew ? undefined : list.data?.rules.find((r) => r.id === id)}
      row={isNew ? undefined : rows.find((r) => r.id === id)}
    />
  );
}
