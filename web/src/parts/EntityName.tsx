// The name of an entity: a click opens its page, a rest shows its card.
import { Popover } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { entityHref, keepRange, useUrlState, type UrlState } from '@/url/urlState';
import type { EntityKind } from './entity';
import { EntityCard } from './EntityCard';
import { useHoverCard } from './useHoverCard';

interface Props {
  kind: EntityKind;
  value: string;
  children: ReactNode;
}

export function EntityName({ kind, value, children }: Props) {
  const navigate = useNavigate();
  const [state] = useUrlState();
  const { shown, hide, target, card } = useHoverCard();
  const open = () => {
    hide();
    void navigate({
      to: '/entities',
      search: (old: UrlState) => ({ ...keepRange(old), kind, value }),
    } as never);
  };
  return (
    <Popover
      opened={shown}
      onChange={hide}
      position="bottom-start"
      width={320}
      shadow="md"
      withinPortal
      withRoles={false}
    >
      <Popover.Target>
        {/* A real address, so that it opens in another tab too; a button for whoever reads the row,
            whose one link is the row itself. */}
        <a
          {...target}
          role="button"
          className="plain"
          href={entityHref(kind, value, state)}
          style={{ minWidth: 0, maxWidth: '100%', color: 'inherit' }}
          onClick={(e) => {
            e.stopPropagation();
            if (e.ctrlKey || e.metaKey || e.shiftKey) return;
            e.preventDefault();
            open();
          }}
          onKeyDown={(e) => {
            if (e.key !== ' ') return;
            e.preventDefault();
            open();
          }}
        >
          {children}
        </a>
      </Popover.Target>
      {shown && (
        <Popover.Dropdown
          {...card}
          role="tooltip"
          p="sm"
          onClick={(e) => e.stopPropagation()}
          style={{ whiteSpace: 'normal', cursor: 'default' }}
        >
          <EntityCard kind={kind} value={value} />
        </Popover.Dropdown>
      )}
    </Popover>
  );
}
