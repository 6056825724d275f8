import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ApiError, apiPath, call, get } from './client';
import { asked, type SessionsAsked, timeZone } from './queries';
import type { Completion, Indexing, SavedSearch } from './types';

/** While their list is open, the counts of saved searches are brought up to date this often. */
const savedRefreshMs = 15_000;
const indexingRefreshMs = 15_000;
/** A rebuild shows that it goes on. */
const rebuildRefreshMs = 1_000;
/** A completion that was asked for lately is not asked for again. */
const completionStaleMs = 30_000;

const savedKey = (project: string) => ['searches', project] as const;
const indexingKey = ['indexing'] as const;

/** What may stand at a place of the query, a code point offset. A question that is overtaken is cancelled. */
export function useCompletion(project: string, q: string, pos: number, enabled: boolean) {
  return useQuery({
    queryKey: ['complete', project, q, pos],
    queryFn: async ({ signal }) => ({ q, pos, ...(await get<Completion>('/search/complete', { project, q, pos, tz: timeZone }, signal)) }),
    enabled,
    retry: false,
    placeholderData: keepPreviousData,
    staleTime: completionStaleMs,
    gcTime: completionStaleMs,
  });
}

/** The project's saved searches; their counts follow while watched, and cost too much to be asked for unseen. */
export function useSavedSearches(project: string, watched: boolean, enabled: boolean) {
  return useQuery({
    queryKey: savedKey(project),
    queryFn: async ({ signal }) => (await get<{ items: SavedSearch[] | null }>('/searches', { project, tz: timeZone }, signal)).items ?? [],
    enabled,
    refetchInterval: watched ? savedRefreshMs : false,
    staleTime: savedRefreshMs,
  });
}

export type SavedFields = Pick<SavedSearch, 'name' | 'query' | 'period' | 'sort'>;

/** Keeps a new search, or changes the one that `id` names. */
export function useKeepSearch(project: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, ...body }: SavedFields & { id?: string }) =>
      id ? call<SavedSearch>('PUT', `/searches/${encodeURIComponent(id)}`, { query: { project }, body }) : call<SavedSearch>('POST', '/searches', { query: { project }, body }),
    onSuccess: () => client.invalidateQueries({ queryKey: savedKey(project) }),
  });
}

/** Whether another saved search has the name. */
export const nameTaken = (error: unknown): boolean => error instanceof ApiError && error.slug === 'exists';

export function useDeleteSearch(project: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => call<void>('DELETE', `/searches/${encodeURIComponent(id)}`, { query: { project } }),
    onSuccess: () => client.invalidateQueries({ queryKey: savedKey(project) }),
  });
}

export type ExportFormat = 'csv' | 'ndjson';

/** The address of a file with everything that a search finds. */
export function exportPath(what: SessionsAsked, format: ExportFormat): string {
  return apiPath('/sessions/export', { ...asked(what), format });
}

/** How far the search index is, and a rebuild of it. */
export function useIndexing(project: string) {
  return useQuery({
    queryKey: indexingKey,
    queryFn: ({ signal }) => get<Indexing>('/indexing', { project }, signal),
    refetchInterval: ({ state }) => (state.data?.rebuild.running ? rebuildRefreshMs : indexingRefreshMs),
  });
}

export function useIndexingJob(project: string, job: 'retry' | 'rebuild') {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call<unknown>('POST', `/indexing/${job}`, { query: { project } }),
    onSettled: () => client.invalidateQueries({ queryKey: indexingKey }),
  });
}
