import type { Row } from '@/api/types';
import { EntityChip } from '@/parts/EntityChip';
import { summaryOf } from './summary';

export function Summary({ row }: { row: Row }) {
  return (
    <>
      {summaryOf(row).map((part, i) =>
        typeof part === 'string' ? (
          <span key={i}>{part}</span>
        ) : (
          <EntityChip key={i} field={part.field} value={part.value} />
        ),
      )}
    </>
  );
}
