import { kindFrom, valueMax } from '@/parts/entity';
import { EmptyState } from '@/parts/States';
import { useUrlState } from '@/url/urlState';
import { EntityPage } from './EntityPage';
import { StartPage } from './StartPage';

export default function EntitiesPage() {
  const [state] = useUrlState();
  const kind = kindFrom(state.kind);
  const value = state.value;
  if (!kind || !value) return <StartPage />;
  if (value.length > valueMax) {
    return (
      <EmptyState title="This name is too long for a page of its own">
        Search the events for a part of it.
      </EmptyState>
    );
  }
  // Another entity is another page: nothing of the one before stays.
  return <EntityPage key={`${kind} ${value}`} kind={kind} value={value} />;
}
