// What the rule says about itself, beside its text.
import { Anchor, Group, List, Text } from '@mantine/core';
import type { ListedRule } from '@/api/rules';
import { Panel } from '@/parts/Panel';
import { AttackChips } from './AttackChips';
import { attackOf } from './attack';

const isLink = (text: string) => /^https?:\/\//i.test(text);

export function RuleFacts({ rule }: { rule: ListedRule }) {
  const attack = attackOf(rule.tags);
  return (
    <Panel title="About this rule">
      <Text size="sm" mb={6} style={{ overflowWrap: 'anywhere' }}>
        {rule.description || 'It has no description.'}
      </Text>
      <Group gap="xs" mb={6}>
        <AttackChips attack={attack} most={12} />
        <Text size="xs" c="dimmed" className="data">
          {rule.file}:{rule.line}
        </Text>
        <Text size="xs" c="dimmed" className="data">
          version {rule.version}
        </Text>
      </Group>
      {rule.false_positives.length > 0 && (
        <>
          <Text size="xs" fw={600} c="dimmed">
            Who else does this
          </Text>
          <List size="sm" mb={6}>
            {rule.false_positives.map((text) => (
              <List.Item key={text} style={{ overflowWrap: 'anywhere' }}>
                {text}
              </List.Item>
            ))}
          </List>
        </>
      )}
      {rule.references.length > 0 && (
        <List size="xs" listStyleType="none">
          {rule.references.map((text) => (
            <List.Item key={text} style={{ overflowWrap: 'anywhere' }}>
              {isLink(text) ? (
                <Anchor
                  href={text}
                  target="_blank"
                  rel="noopener noreferrer"
                  size="xs"
                  underline="always"
                >
                  {text}
                </Anchor>
              ) : (
                text
              )}
            </List.Item>
          ))}
        </List>
      )}
    </Panel>
  );
}
