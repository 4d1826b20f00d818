import { Anchor } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { keepRange, type UrlState } from '@/url/urlState';

export function OpenInEvents({ query, what }: { query: string; what: string }) {
  return (
    <Anchor
      component={Link}
      size="xs"
      to="/events"
      search={((old: UrlState) => ({ ...keepRange(old), q: query })) as never}
      aria-label={`Open in Events: ${what}`}
    >
      Open in Events
    </Anchor>
  );
}
