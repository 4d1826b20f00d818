import {
  AppShell,
  Burger,
  Group,
  Modal,
  NavLink,
  Table,
  Text,
  Tooltip,
  VisuallyHidden,
} from '@mantine/core';
import { useDisclosure, useHotkeys } from '@mantine/hooks';
import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import { api } from '@/api/client';
import { useLiveState } from '@/live/useLiveState';
import { keepRange, type UrlState } from '@/url/urlState';
import bell from './bell.svg';
import { CommandPalette } from './CommandPalette';
import { DetailDrawer } from './DetailDrawer';
import { pages } from './pages';
import { useSession } from '@/session/session';
import { ProblemBar } from './ProblemBar';
import { RangePicker } from './RangePicker';
import { LiveBadge } from './LiveBadge';
import { UserMenu } from './UserMenu';
import { SearchBox } from './SearchBox';

const keys: [string, string][] = [
  ['Ctrl K', 'Go to a page, look for an address or a user'],
  ['/', 'To the query'],
  ['↑ ↓', 'Walk the list, with the drawer open'],
  ['Esc', 'Close the drawer'],
  ['?', 'These keys'],
];

function useOpenAlerts(): number {
  const { data } = useQuery({
    queryKey: ['alerts', 'counts'],
    queryFn: () =>
      api<{ counts: { state: string; level: string; alerts: number }[] }>('alerts/counts', {
        headers: { 'X-Background': '1' },
      }),
    refetchInterval: 10_000,
  });
  return (data?.counts ?? []).reduce((sum, c) => sum + (c.state === 'new' ? c.alerts : 0), 0);
}

export function Frame() {
  const [menu, { toggle, close }] = useDisclosure();
  const [help, helpActions] = useDisclosure();
  const live = useLiveState();
  const open = useOpenAlerts();
  const { data: session } = useSession();
  const shown = pages.filter((p) => !p.may || session?.may?.includes(p.may));
  const path = useRouterState({ select: (s) => s.location.pathname });
  const wall = useRouterState({
    select: (s) =>
      s.location.pathname === '/dashboards' && (s.location.search as UrlState).wall === 'true',
  });
  useHotkeys([['shift+?', helpActions.toggle]]);
  return (
    <AppShell
      disabled={wall}
      header={{ height: 52 }}
      navbar={{ width: 184, breakpoint: 'sm', collapsed: { mobile: !menu } }}
      padding="md"
    >
      <AppShell.Header bg="var(--surface)">
        <Group h="100%" px="md" gap="md" wrap="nowrap">
          <Burger opened={menu} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Menu" />
          <Group gap={8} wrap="nowrap" w={{ base: 'auto', sm: 150 }}>
            <img src={bell} width={22} height={22} alt="" />
            <Text fw={600} visibleFrom="xs">
              tocsin
            </Text>
          </Group>
          <SearchBox />
          <RangePicker />
          <LiveBadge live={live} />
          <UserMenu />
        </Group>
        <ProblemBar live={live} />
      </AppShell.Header>
      <AppShell.Navbar bg="var(--surface)" p="xs" component="nav" aria-label="Pages">
        {shown.map((page) =>
          page.later ? (
            <Tooltip
              key={page.path}
              label={page.later}
              position="right"
              events={{ hover: true, focus: true, touch: true }}
            >
              <Text
                component="span"
                role="link"
                aria-disabled
                tabIndex={0}
                className="later"
                mt={page.apart ? 'md' : 0}
                aria-label={`${page.name}: ${page.later}`}
              >
                <page.icon size={17} stroke={1.6} aria-hidden />
                {page.name}
              </Text>
            </Tooltip>
          ) : (
            <NavLink
              key={page.path}
              component={Link}
              to={page.path}
              search={((old: UrlState) => keepRange(old)) as never}
              label={page.name}
              leftSection={<page.icon size={17} stroke={1.6} />}
              active={page.path === '/' ? path === '/' : path.startsWith(page.path)}
              mt={page.apart ? 'md' : 0}
              onClick={close}
              rightSection={
                page.path === '/alerts' && open > 0 ? (
                  <Text size="xs" className="number" fw={600}>
                    {open}
                    <VisuallyHidden> new</VisuallyHidden>
                  </Text>
                ) : undefined
              }
            />
          ),
        )}
      </AppShell.Navbar>
      <AppShell.Main component="main">
        <Outlet />
      </AppShell.Main>
      <DetailDrawer />
      <CommandPalette />
      <Modal opened={help} onClose={helpActions.close} title="Keys">
        <Table>
          <Table.Tbody>
            {keys.map(([key, what]) => (
              <Table.Tr key={key}>
                <Table.Td className="data">{key}</Table.Td>
                <Table.Td>{what}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Modal>
    </AppShell>
  );
}
