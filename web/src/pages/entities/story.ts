// What was done about an entity, newest first: alerts that opened, decisions that came and went.
import type { Alert, Decision } from '@/api/types';

export interface Step {
  at: string;
  text: string;
  level?: string;
  alert?: string; // its id
}

export function storyOf(
  alerts: readonly Alert[],
  decisions: readonly Decision[],
  max = 60,
): Step[] {
  const steps: Step[] = alerts.map((a) => ({
    at: a.last,
    text: a.title,
    level: a.level,
    alert: a.id,
  }));
  for (const d of decisions) {
    const dry = d.dry_run ? ' (dry run)' : '';
    steps.push({
      at: d.created ?? '',
      text: `${d.kind} ${d.value} by ${d.decided_by ?? 'somebody'}${dry}`,
      alert: d.alert_id || undefined,
    });
    const lifted = d.lifted;
    if (lifted?.at) {
      steps.push({
        at: lifted.at,
        text: `${d.kind} ${d.value} lifted${lifted.by ? ` by ${lifted.by}` : ''}`,
      });
    }
  }
  return steps.sort((a, b) => b.at.localeCompare(a.at)).slice(0, max);
}
