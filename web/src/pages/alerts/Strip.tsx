import { places, type Mark } from './story';

const shapes = {
  event: 'M-3,-3h6v6h-6z',
  decision: 'M0,-5L5,4H-5z',
  note: 'M-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0',
};

// Squares are events, triangles decisions, circles notes; the list below says the same in words.
export function Strip({ marks }: { marks: Mark[] }) {
  if (marks.length === 0) return null;
  const at = places(marks);
  return (
    <svg viewBox="0 0 700 30" width="100%" height={30} aria-hidden>
      <line x1={8} x2={692} y1={15} y2={15} stroke="var(--line)" strokeWidth={2} />
      {marks.map((m, i) => (
        <path
          key={i}
          d={shapes[m.kind]}
          transform={`translate(${8 + at[i]! * 684},15)`}
          fill={
            m.kind === 'event'
              ? 'var(--quiet)'
              : m.kind === 'decision'
                ? 'var(--mantine-primary-color-filled)'
                : 'var(--surface)'
          }
          stroke="var(--ink)"
          strokeWidth={m.kind === 'note' ? 1.5 : 0}
        />
      ))}
    </svg>
  );
}
