import { IconNetwork, IconServer, IconTicket, IconUser, type Icon } from '@tabler/icons-react';
import type { EntityKind } from '@/parts/entity';

export const kindIcon: Record<EntityKind, Icon> = {
  address: IconNetwork,
  user: IconUser,
  host: IconServer,
  session: IconTicket,
};
export const kindName: Record<EntityKind, string> = {
  address: 'Address',
  user: 'User',
  host: 'Host',
  session: 'Session',
};
