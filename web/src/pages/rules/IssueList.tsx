import { Box, Text, UnstyledButton } from '@mantine/core';
import type { CheckIssue, RuleCheck } from '@/api/rules';

interface Props {
  check?: RuleCheck;
  checking: boolean;
  failed?: string;
  onGoTo: (issue: CheckIssue) => void;
}

// What the server says about the text, under the editor; a click goes to the character.
export function IssueList({ check, checking, failed, onGoTo }: Props) {
  const issues = check?.issues ?? [];
  const names = check?.rules.map((r) => r.title).join(' · ');
  return (
    <Box
      px="sm"
      py={6}
      style={{ borderTop: '1px solid var(--line)', maxHeight: 132, overflowY: 'auto' }}
      role="status"
      aria-label="Check"
    >
      {failed && <Text size="sm">It could not be checked: {failed}</Text>}
      {!failed && !check && (
        <Text size="sm" c="dimmed">
          Checking
        </Text>
      )}
      {!failed && check && issues.length === 0 && (
        <Text size="sm" truncate title={names}>
          <span style={{ color: 'var(--verified)' }}>✓ loads</span>
          <span className="quiet">
            {names ? `: ${names}` : ''}
            {checking ? ' …' : ''}
          </span>
        </Text>
      )}
      {!failed &&
        issues.slice(0, 100).map((issue, i) => (
          <UnstyledButton
            key={i}
            display="block"
            onClick={() => onGoTo(issue)}
            style={{ fontSize: 13, lineHeight: '20px', textAlign: 'left' }}
          >
            <span className="data quiet">
              {issue.line}:{issue.column}
            </span>{' '}
            <span
              style={{
                color: issue.refused
                  ? 'var(--severity-critical-text)'
                  : 'var(--severity-medium-text)',
              }}
            >
              {issue.refused ? '✕' : '⚠'}
            </span>{' '}
            {issue.reason}
          </UnstyledButton>
        ))}
    </Box>
  );
}
