// An address, user, host or rule wherever it stands: what to do with it is one click away.
import { Menu, Text, UnstyledButton } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { IconBan, IconCopy, IconFilter, IconFilterOff, IconUserOff } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { filterOf, term, withTerm } from '@/api/search';
import { useMay } from '@/session/session';
import { keepRange, useUrlState, type UrlState } from '@/url/urlState';
import { BlockDialog } from './BlockDialog';

export function EntityChip({ field, value }: { field: string; value: string }) {
  const clipboard = useClipboard();
  const navigate = useNavigate();
  const [state] = useUrlState();
  const may = useMay('respond');
  const [blocking, setBlocking] = useState(false);
  const scope = field === 'source.ip' ? 'address' : field === 'user.name' ? 'user' : undefined;
  const find = (condition: string) =>
    void navigate({
      to: '/events',
      search: (old: UrlState) => ({
        ...keepRange(old),
        q: withTerm(filterOf(state.q ?? ''), condition).replace(/^\* and /, ''),
      }),
    } as never);
  return (
    <>
      <Menu position="bottom-start" withinPortal>
        <Menu.Target>
          <UnstyledButton
            className="data"
            aria-label={`${field} ${value}: actions`}
            onClick={(e) => e.stopPropagation()}
            style={{
              padding: '0 5px',
              borderRadius: 4,
              border: '1px solid var(--line)',
              background: 'var(--surface)',
              maxWidth: '100%',
              lineHeight: '20px',
            }}
          >
            <Text
              span
              inherit
              truncate="end"
              maw={360}
              style={{ display: 'inline-block', verticalAlign: 'bottom' }}
            >
              {value}
            </Text>
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown onClick={(e) => e.stopPropagation()}>
          <Menu.Label>{field}</Menu.Label>
          <Menu.Item
            leftSection={<IconFilter size={14} />}
            onClick={() => find(term(field, value))}
          >
            Filter for
          </Menu.Item>
          <Menu.Item
            leftSection={<IconFilterOff size={14} />}
            onClick={() => find(`not ${term(field, value)}`)}
          >
            Filter out
          </Menu.Item>
          <Menu.Item leftSection={<IconCopy size={14} />} onClick={() => clipboard.copy(value)}>
            Copy
          </Menu.Item>
          {may && scope && (
            <Menu.Item
              leftSection={scope === 'user' ? <IconUserOff size={14} /> : <IconBan size={14} />}
              onClick={() => setBlocking(true)}
            >
              {scope === 'user' ? 'Disable …' : 'Block …'}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {scope && blocking && (
        <BlockDialog scope={scope} value={value} onClose={() => setBlocking(false)} />
      )}
    </>
  );
}
