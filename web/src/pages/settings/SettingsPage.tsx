import { Box, Tabs } from '@mantine/core';
import { useMay } from '@/session/session';
import { useUrlState } from '@/url/urlState';
import { Channels } from './Channels';
import { Keys } from './Keys';
import { PasswordForm } from './PasswordForm';
import { Server } from './Server';
import { Users } from './Users';

export default function SettingsPage() {
  const [state, change] = useUrlState();
  const admin = useMay('admin');
  return (
    <Box className="surface">
      <Tabs
        value={state.tab ?? 'you'}
        onChange={(v) => change({ tab: v === 'you' ? undefined : (v ?? undefined) }, true)}
        keepMounted={false}
      >
        <Tabs.List>
          <Tabs.Tab value="you">You</Tabs.Tab>
          <Tabs.Tab value="server">Server</Tabs.Tab>
          <Tabs.Tab value="channels">Channels</Tabs.Tab>
          {admin && <Tabs.Tab value="users">Users</Tabs.Tab>}
          {admin && <Tabs.Tab value="keys">Keys</Tabs.Tab>}
        </Tabs.List>
        <Box style={{ overflowX: 'auto' }}>
          <Tabs.Panel value="you">
            <PasswordForm />
          </Tabs.Panel>
          <Tabs.Panel value="server">
            <Server />
          </Tabs.Panel>
          <Tabs.Panel value="channels">
            <Channels />
          </Tabs.Panel>
          {admin && (
            <Tabs.Panel value="users">
              <Users />
            </Tabs.Panel>
          )}
          {admin && (
            <Tabs.Panel value="keys">
              <Keys />
            </Tabs.Panel>
          )}
        </Box>
      </Tabs>
    </Box>
  );
}
