// An address, user, host or rule wherever it stands: its page is one click away, its card a rest of
// the pointer, and what to do with it is behind the caret.
import { Menu, Text, UnstyledButton } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import {
  IconBan,
  IconChevronDown,
  IconCopy,
  IconFilter,
  IconFilterOff,
  IconUserOff,
} from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { filterOf, term, withTerm } from '@/api/search';
import { useMay } from '@/session/session';
import { keepRange, useUrlState, type UrlState } from '@/url/urlState';
import { BlockDialog } from './BlockDialog';
import { entityOf } from './entity';
import { EntityName } from './EntityName';

const frame = {
  display: 'inline-flex',
  alignItems: 'stretch',
  maxWidth: '100%',
  padding: '0 5px',
  borderRadius: 4,
  border: '1px solid var(--line)',
  background: 'var(--surface)',
  lineHeight: '20px',
  verticalAlign: 'bottom',
} as const;
const caret = {
  display: 'inline-flex',
  alignItems: 'center',
  flex: 'none',
  margin: '0 -5px 0 2px',
  padding: '0 4px 0 2px',
  color: 'var(--quiet)',
} as const;

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
  const kind = entityOf(field, value);
  const name = (
    <Text
      span
      inherit
      truncate="end"
      maw={360}
      style={{ display: 'inline-block', verticalAlign: 'bottom' }}
    >
      {value}
    </Text>
  );
  return (
    <>
      <Menu position="bottom-start" withinPortal>
        <span className="data" style={frame}>
          {kind && (
            <EntityName kind={kind} value={value}>
              {name}
            </EntityName>
          )}
          <Menu.Target>
            <UnstyledButton
              className="data"
              aria-label={`${field} ${value}: actions`}
              onClick={(e) => e.stopPropagation()}
              style={kind ? caret : { maxWidth: '100%', lineHeight: '20px' }}
            >
              {kind ? <IconChevronDown size={12} aria-hidden /> : name}
            </UnstyledButton>
          </Menu.Target>
        </span>
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
