import { Spotlight, type SpotlightActionData } from '@mantine/spotlight';
import { IconBookmark, IconListSearch } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useDocuments } from '@/api/documents';
import { term } from '@/api/search';
import { urlOf, type SavedSearch } from '@/pages/events/saved';
import { keepRange, parseUrlState, type UrlState } from '@/url/urlState';
import { useSession } from '@/session/session';
import { pagesFor } from './pages';

const address = /^(\d{1,3}(\.\d{1,3}){3}|[0-9a-f:]*:[0-9a-f:]+)(\/\d{1,3})?$/i;

// What a typed text may mean: an address, a query, or a user's name.
export function readings(text: string): { label: string; query: string }[] {
  const typed = text.trim();
  if (typed === '') return [];
  if (address.test(typed)) {
    return [
      {
        label: `Everything from ${typed}`,
        query: `source.ip:${typed.includes('/') ? typed : `"${typed}"`}`,
      },
    ];
  }
  if (/[:|=]/.test(typed)) return [{ label: `Search ${typed}`, query: typed }];
  return [
    { label: `Everything of the user ${typed}`, query: term('user.name', typed) },
    { label: `Lines with "${typed}"`, query: `"${typed.replace(/["\\]/g, '\\$&')}"` },
  ];
}

export function CommandPalette() {
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const go = (to: string, q?: string) =>
    void navigate({ to, search: (old: UrlState) => ({ ...keepRange(old), q }) } as never);
  const wanted = typed.trim().toLowerCase();
  const { data: session } = useSession();
  const { data: saved = [] } = useDocuments<SavedSearch>('saved-searches');
  const actions: SpotlightActionData[] = [
    ...pagesFor(session?.may ?? [])
      .filter((p) => p.name.toLowerCase().includes(wanted))
      .map((p) => ({
        id: p.path,
        label: p.name,
        leftSection: <p.icon size={18} stroke={1.6} />,
        onClick: () => go(p.path),
      })),
    ...saved
      .filter((s) => wanted !== '' && s.title.toLowerCase().includes(wanted))
      .slice(0, 8)
      .map((s) => ({
        id: `saved ${s.id}`,
        label: s.title,
        description: s.document.query,
        leftSection: <IconBookmark size={18} stroke={1.6} />,
        onClick: () =>
          void navigate({ to: '/events', search: parseUrlState(urlOf(s.document)) } as never),
      })),
    ...readings(typed).map((r) => ({
      id: r.query,
      label: r.label,
      leftSection: <IconListSearch size={18} stroke={1.6} />,
      onClick: () => go('/events', r.query),
    })),
  ];
  return (
    <Spotlight
      actions={actions}
      query={typed}
      onQueryChange={setTyped}
      filter={(_query, all) => all}
      shortcut={['mod + K']}
      nothingFound="Nothing by that name"
      searchProps={{
        placeholder: 'A page, an address, a user, or a query',
        'aria-label': 'Search',
      }}
    />
  );
}
