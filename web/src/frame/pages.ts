import {
  IconAlertTriangle,
  IconDatabaseImport,
  IconGavel,
  IconHome,
  IconLayoutDashboard,
  IconListSearch,
  IconRadar2,
  IconSettings,
  IconUserSearch,
  type Icon,
} from '@tabler/icons-react';

export interface Page {
  path: string;
  name: string;
  icon: Icon;
  apart?: boolean; // begins the second group
}
export const pages: Page[] = [
  { path: '/', name: 'Overview', icon: IconHome },
  { path: '/events', name: 'Events', icon: IconListSearch },
  { path: '/alerts', name: 'Alerts', icon: IconAlertTriangle },
  { path: '/entities', name: 'Entities', icon: IconUserSearch },
  { path: '/decisions', name: 'Decisions', icon: IconGavel },
  { path: '/rules', name: 'Rules', icon: IconRadar2 },
  { path: '/dashboards', name: 'Dashboards', icon: IconLayoutDashboard },
  { path: '/sources', name: 'Sources', icon: IconDatabaseImport },
  { path: '/settings', name: 'Settings', icon: IconSettings, apart: true },
];
