// A line without axes; the number beside it says what it means.
export function Sparkline({
  values,
  width = 60,
  height = 16,
}: {
  values: number[];
  width?: number;
  height?: number;
}) {
  if (values.length < 2) return null;
  const most = Math.max(...values, 1e-9);
  const points = values
    .map(
      (v, i) =>
        `${((i / (values.length - 1)) * width).toFixed(1)},${(height - 1 - (v / most) * (height - 2)).toFixed(1)}`,
    )
    .join(' ');
  return (
    <svg width={width} height={height} aria-hidden style={{ flex: 'none' }}>
      <polyline
        points={points}
        fill="none"
        stroke="var(--mantine-primary-color-filled)"
        strokeWidth="1.5"
      />
    </svg>
  );
}
