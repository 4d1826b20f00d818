import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from '@tanstack/react-router';
import { Frame } from './frame/Frame';
import { NotFound } from './parts/States';
import { SessionGate } from './session/SessionGate';
import { SetupPage } from './session/SetupPage';
import { parseUrlState } from './url/urlState';

const root = createRootRoute({ validateSearch: parseUrlState, notFoundComponent: NotFound });
const setup = createRoute({ getParentRoute: () => root, path: '/setup', component: SetupPage });
const frame = createRoute({
  getParentRoute: () => root,
  id: 'frame',
  component: () => (
    <SessionGate>
      <Frame />
    </SessionGate>
  ),
});
const page = (path: string, load: () => Promise<{ default: () => React.ReactNode }>) =>
  createRoute({ getParentRoute: () => frame, path, component: lazyRouteComponent(load) });

export const router = createRouter({
  routeTree: root.addChildren([
    setup,
    frame.addChildren([
      page('/', () => import('./pages/overview/OverviewPage')),
      page('/events', () => import('./pages/events/EventsPage')),
      page('/alerts', () => import('./pages/alerts/AlertsPage')),
      page('/entities', () => import('./pages/entities/EntitiesPage')),
      page('/decisions', () => import('./pages/decisions/DecisionsPage')),
      page('/rules', () => import('./pages/rules/RulesPage')),
      page('/dashboards', () => import('./pages/dashboards/DashboardsPage')),
      page('/sources', () => import('./pages/sources/SourcesPage')),
      page('/audit', () => import('./pages/audit/AuditPage')),
      page('/settings', () => import('./pages/settings/SettingsPage')),
    ]),
  ]),
  defaultPreload: 'intent',
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
