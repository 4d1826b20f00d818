import { Drawer, Loader } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { useUrlState } from '@/url/urlState';

const EventDetail = lazy(() => import('@/pages/events/EventDetail'));
const AlertStory = lazy(() => import('@/pages/alerts/AlertStory'));

// The drawer beside the list; what it shows is in the address ("open").
export function DetailDrawer() {
  const [state, change] = useUrlState();
  const [kind, id] = (state.open ?? '').split(':', 2);
  const shows = (kind === 'event' && /^\d+$/.test(id ?? '')) || (kind === 'alert' && !!id);
  return (
    <Drawer
      opened={shows}
      onClose={() => change({ open: undefined })}
      position="right"
      size="min(760px, 100%)"
      withOverlay={false}
      lockScroll={false}
      trapFocus={false}
      title={kind === 'alert' ? 'Alert' : `Event ${id}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
      shadow="xl"
      styles={{
        content: { background: 'var(--surface)', borderLeft: '1px solid var(--line)' },
        header: { background: 'var(--surface)' },
      }}
    >
      <Suspense fallback={<Loader size="sm" />}>
        {kind === 'event' && shows && <EventDetail seq={id!} />}
        {kind === 'alert' && shows && <AlertStory id={id!} />}
      </Suspense>
    </Drawer>
  );
}
