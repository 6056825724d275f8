import { keepPreviousData, type QueryClient, queryOptions, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ApiError, call, get } from './client';
import { compact } from '../lib/moments';
import type { CreatedToken, FeedbackResponse, Me, Moment, Project, ResponseList, ResponseStatus, Role, SessionDetail, SessionList, Sort, Token } from './types';

/** How often the list on screen looks for news: a session is seen within two seconds of its first upload. */
export const refreshMs = 1_000;
/** What happened in a live session is shown about as often as its recorder sends. */
const momentsRefreshMs = 2_000;
/** So long after it was asked for ahead, a session is not asked for again by its view. */
const sessionStaleMs = 5_000;
/** Counts beside the list change slowly and cost more. */
const facetsRefreshMs = 15_000;
const sessionsPage = 50;
const responsesPage = 50;

export const keys = {
  me: ['me'] as const,
  session: (project: string, id: string) => ['session', project, id] as const,
  responses: (project: string) => ['responses', project] as const,
  tokens: (project: string) => ['tokens', project] as const,
};

export const meQuery = queryOptions({ queryKey: keys.me, queryFn: ({ signal }) => get<Me>('/me', {}, signal), staleTime: 60_000 });

export function useMe() {
  return useQuery(meQuery);
}

/** Days in a query are days of whoever asks. */
export const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

export interface SessionsAsked {
  project: string;
  q: string;
  /** How far back, in milliseconds; undefined: everything. */
  backMs?: number;
  sort: Sort;
}

// The start of a relative range is found when asking, so that it moves on with the clock.
export const asked = ({ project, q, backMs, sort }: SessionsAsked) => ({
  project,
  q,
  sort,
  tz: timeZone,
  from: backMs === undefined ? undefined : Date.now() - backMs,
});

export function useSessions(what: SessionsAsked) {
  return useInfiniteQuery({
    queryKey: ['sessions', what],
    queryFn: ({ pageParam, signal }) => get<SessionList>('/sessions', { ...asked(what), limit: sessionsPage, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor || undefined,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 60_000,
  });
}

/** The first page again and again while live is true: what came since the list was opened. */
export function useNewestSessions(what: SessionsAsked, live: boolean) {
  return useQuery({
    queryKey: ['sessions-newest', what],
    queryFn: ({ signal }) => get<SessionList>('/sessions', { ...asked(what), limit: sessionsPage }, signal),
    enabled: live,
    refetchInterval: live ? refreshMs : false,
    gcTime: 0,
  });
}

export function useFacets(what: SessionsAsked) {
  return useQuery({
    queryKey: ['sessions-facets', what],
    queryFn: ({ signal }) => get<SessionList>('/sessions', { ...asked(what), limit: 1, total: true, facets: true }, signal),
    placeholderData: keepPreviousData,
    refetchInterval: facetsRefreshMs,
  });
}

export function sessionQuery(project: string, id: string) {
  return queryOptions({
    queryKey: keys.session(project, id),
    queryFn: ({ signal }) => get<SessionDetail>(`/sessions/${encodeURIComponent(id)}`, { project }, signal),
    staleTime: sessionStaleMs,
  });
}

export function useSession(project: string, id: string) {
  return useQuery(sessionQuery(project, id));
}

export function useMoments(project: string, id: string, live: boolean, enabled: boolean) {
  return useQuery({
    queryKey: ['moments', project, id],
    queryFn: async ({ signal }) => compact(await get<Moment[]>(`/sessions/${encodeURIComponent(id)}/moments`, { project }, signal)),
    enabled,
    refetchInterval: live ? momentsRefreshMs : false,
  });
}

/** Looks a single session up beside the list, for the person's other sessions. */
export function useSessionsOf(project: string, q: string) {
  return useQuery({
    queryKey: ['sessions-of', project, q],
    queryFn: ({ signal }) => get<SessionList>('/sessions', { project, q, limit: 6 }, signal),
    enabled: q !== '',
  });
}

export function useEraseSession(project: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => call<void>('DELETE', `/sessions/${encodeURIComponent(id)}`, { query: { project } }),
    onSuccess: (_, id) => {
      client.removeQueries({ queryKey: keys.session(project, id) });
      forgetSessions(client);
    },
  });
}

/** Replaces the labels that the team gave a session. */
export function useTagSession(project: string, id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (tags: string[]) => call<unknown>('PATCH', `/sessions/${encodeURIComponent(id)}`, { query: { project }, body: { tags } }),
    onSuccess: () => {
      forgetSessions(client);
      return client.invalidateQueries({ queryKey: keys.session(project, id) });
    },
  });
}

function forgetSessions(client: QueryClient) {
  for (const key of ['sessions', 'sessions-newest', 'sessions-facets']) client.removeQueries({ queryKey: [key] });
}

export interface ResponsesAsked {
  q: string;
  complaint: boolean;
  status: ResponseStatus | '';
}

export function useResponses(project: string, what: ResponsesAsked) {
  return useInfiniteQuery({
    queryKey: [...keys.responses(project), what],
    queryFn: ({ pageParam, signal }) => get<ResponseList>('/responses', { project, ...what, limit: responsesPage, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor || undefined,
    placeholderData: keepPreviousData,
  });
}

export function useTriage(project: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, status }: { id: string; status: ResponseStatus }) =>
      call<FeedbackResponse>('PATCH', `/responses/${encodeURIComponent(id)}`, { query: { project }, body: { status } }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.responses(project) }),
  });
}

export function useTokens(project: string, enabled: boolean) {
  return useQuery({
    queryKey: keys.tokens(project),
    queryFn: ({ signal }) => get<{ items: Token[] | null }>(`/projects/${encodeURIComponent(project)}/tokens`, {}, signal),
    enabled,
  });
}

export function useCreateToken(project: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { name: string; role: Role }) => call<CreatedToken>('POST', `/projects/${encodeURIComponent(project)}/tokens`, { body }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.tokens(project) }),
  });
}

export function useDeleteToken(project: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => call<void>('DELETE', `/projects/${encodeURIComponent(project)}/tokens/${encodeURIComponent(id)}`),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.tokens(project) }),
  });
}

export function useUpdateProject(project: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Partial<Pick<Project, 'name' | 'siteOrigins' | 'retentionDays'>>) =>
      call<Project>('PATCH', `/projects/${encodeURIComponent(project)}`, { body }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.me }),
  });
}

export function useUpdateMe() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { email?: string; password?: string; currentPassword?: string }) => call<Me>('PUT', '/me', { body }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.me }),
  });
}

export function useSignOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call<void>('POST', '/auth/logout'),
    onSuccess: () => client.clear(),
  });
}

/** Tries again what may pass by itself: an unreachable or busy service, not a refusal. */
export function worthRetrying(failures: number, error: Error): boolean {
  if (!(error instanceof ApiError)) return false;
  return failures < 2 && (error.status === 0 || error.status >= 502);
}
