import {
  IconAlertTriangle,
  IconClipboardCheck,
  IconDatabaseImport,
  IconFolderOpen,
  IconGavel,
  IconHistory,
  IconHome,
  IconLayoutDashboard,
  IconListSearch,
  IconRadar2,
  IconSettings,
  IconUserSearch,
  type Icon,
} from '@tabler/icons-react';
import type { May } from '@/session/session';

export interface Page {
  path: string;
  name: string;
  icon: Icon;
  apart?: boolean; // begins the second group
  may?: May; // only for those who may
  later?: string; // it has its place, but is not there yet: why
}
export const pages: Page[] = [
  { path: '/', name: 'Overview', icon: IconHome },
  { path: '/events', name: 'Events', icon: IconListSearch },
  { path: '/alerts', name: 'Alerts', icon: IconAlertTriangle },
  {
    path: '/incidents',
    name: 'Incidents',
    icon: IconFolderOpen,
    later: 'Comes with incident response',
  },
  { path: '/decisions', name: 'Decisions', icon: IconGavel },
  { path: '/rules', name: 'Rules', icon: IconRadar2 },
  { path: '/entities', name: 'Entities', icon: IconUserSearch },
  { path: '/dashboards', name: 'Dashboards', icon: IconLayoutDashboard },
  { path: '/sources', name: 'Sources', icon: IconDatabaseImport },
  {
    path: '/compliance',
    name: 'Compliance',
    icon: IconClipboardCheck,
    apart: true,
    later: 'Comes with the reports on PCI DSS, HIPAA and GDPR',
  },
  { path: '/settings', name: 'Settings', icon: IconSettings },
  { path: '/audit', name: 'Audit', icon: IconHistory, may: 'audit' },
];

// Those that somebody can open.
export function pagesFor(may: May[]): Page[] {
  return pages.filter((p) => !p.later && (!p.may || may.includes(p.may)));
}
