// Whom the alerts are about: gravest first, then the most of them. Pure.
import type { Alert } from '@/api/types';
import { entityOf, type EntityKind } from '@/parts/entity';
import { isOpen } from '@/parts/standing';
import { levelRank } from '@/pages/alerts/words';

export interface Ranked {
  kind: EntityKind;
  field: string;
  value: string;
  alerts: number;
  open: number;
  level: string;
  last: string;
}

export function rankByAlerts(alerts: readonly Alert[]): Ranked[] {
  const found = new Map<string, Ranked>();
  for (const alert of alerts) {
    for (const { field, value } of alert.key) {
      const kind = entityOf(field, value);
      if (!kind) continue;
      const id = `${kind} ${value}`;
      const open = isOpen(alert) ? 1 : 0;
      const old = found.get(id);
      if (!old) {
        found.set(id, {
          kind,
          field,
          value,
          alerts: 1,
          open,
          level: alert.level,
          last: alert.last,
        });
        continue;
      }
      old.alerts += 1;
      old.open += open;
      if ((levelRank[alert.level] ?? 9) < (levelRank[old.level] ?? 9)) old.level = alert.level;
      if (alert.last > old.last) old.last = alert.last;
    }
  }
  return [...found.values()].sort(
    (a, b) =>
      (levelRank[a.level] ?? 9) - (levelRank[b.level] ?? 9) ||
      b.alerts - a.alerts ||
      b.last.localeCompare(a.last),
  );
}
