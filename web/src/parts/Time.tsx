import { ago, localTime } from '@/time/format';

// A point in time in the viewer's zone; UTC on hover.
export function Time({ iso, form = 'time' }: { iso: string; form?: 'time' | 'ago' }) {
  return (
    <time dateTime={iso} title={`${iso} (UTC)\n${localTime(iso)} here`} className="number">
      {form === 'ago' ? ago(iso) : localTime(iso)}
    </time>
  );
}
