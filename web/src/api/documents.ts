// Saved searches and dashboards, kept on the server for the whole team.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from './client';

export type DocumentKind = 'saved-searches' | 'dashboards';
export interface Kept<Body> {
  id: string;
  title: string;
  shipped: boolean;
  version: number;
  owner: string;
  changed_by: string;
  updated: string | null;
  document: Body;
}
export interface Draft<Body> {
  id: string;
  title: string;
  document: Body;
  version?: number; // the one that was read; none: a new one
}

export function useDocuments<Body>(kind: DocumentKind) {
  return useQuery({
    queryKey: ['documents', kind],
    queryFn: async () => (await api<{ documents: Kept<Body>[] }>(`documents/${kind}`)).documents,
  });
}

export function getDocument<Body>(kind: DocumentKind, id: string): Promise<Kept<Body>> {
  return api<Kept<Body>>(`documents/${kind}/${id}`);
}

export function useDocumentActions<Body>(kind: DocumentKind) {
  const queries = useQueryClient();
  const again = () => queries.invalidateQueries({ queryKey: ['documents', kind] });
  const save = useMutation({
    mutationFn: ({ id, ...body }: Draft<Body>) =>
      api<Kept<Body>>(`documents/${kind}/${id}`, { method: 'PUT', body }),
    onSuccess: again,
  });
  const remove = useMutation({
    mutationFn: (id: string) => api(`documents/${kind}/${id}`, { method: 'DELETE' }),
    onSuccess: again,
  });
  return { save, remove };
}

// "Log-ins of the night" → "log-ins-of-the-night"; a number behind it when that is taken.
export function idFor(title: string, taken: string[]): string {
  const plain =
    title
      .normalize('NFKD')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 56) || 'unnamed';
  let id = plain;
  for (let n = 2; taken.includes(id); n += 1) id = `${plain}-${n}`;
  return id;
}
