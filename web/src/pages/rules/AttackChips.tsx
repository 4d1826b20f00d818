import { Text } from '@mantine/core';
import { tacticTitle, techniqueName, type Attack } from './attack';

const chip = {
  padding: '0 5px',
  borderRadius: 4,
  border: '1px solid var(--line)',
  lineHeight: '18px',
  fontSize: 11.5,
  whiteSpace: 'nowrap',
} as const;

// Techniques by id, their names on hover; tactics alone when the rule names no technique.
export function AttackChips({ attack, most = 3 }: { attack: Attack; most?: number }) {
  const all =
    attack.techniques.length > 0
      ? attack.techniques.map((t) => ({ key: t, text: t, title: techniqueName(t) }))
      : attack.tactics.map((t) => ({ key: t, text: tacticTitle(t), title: tacticTitle(t) }));
  return (
    <span style={{ display: 'inline-flex', gap: 4, overflow: 'hidden' }}>
      {all.slice(0, most).map((c) => (
        <span key={c.key} className="data" style={chip} title={c.title}>
          {c.text}
        </span>
      ))}
      {all.length > most && (
        <Text span size="xs" c="dimmed" title={all.map((c) => c.text).join(', ')}>
          +{all.length - most}
        </Text>
      )}
    </span>
  );
}
