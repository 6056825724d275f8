import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { type SessionsAsked, useNewestSessions, useSessions } from '../../api/queries';
import type { SessionHit, SessionList } from '../../api/types';

/**
 * Puts what is newest before the pages loaded so far, each session once and in its
 * latest state. Returns null where the two do not meet: more came than one page holds.
 */
export function merge(newest: readonly SessionHit[], loaded: readonly SessionHit[]): SessionHit[] | null {
  if (newest.length === 0) return [...loaded];
  const known = new Set(loaded.map((session) => session.id));
  if (loaded.length > 0 && !newest.some((session) => known.has(session.id))) return null;
  const fresh = new Map(newest.map((session) => [session.id, session]));
  const before = newest.filter((session) => !known.has(session.id));
  return [...before, ...loaded.map((session) => fresh.get(session.id) ?? session)].sort(
    (a, b) => b.startedAt - a.startedAt || (a.id < b.id ? 1 : -1),
  );
}

/**
 * The same for a whole answer. Sessions with the very words may come while those with similar ones are
 * shown, and go again: the two are never mixed.
 */
export function follow(newest: Pick<SessionList, 'items' | 'typos'> | undefined, typos: boolean, loaded: readonly SessionHit[]): SessionHit[] | null {
  if (!newest) return [...loaded];
  return (newest.typos ?? false) === typos ? merge(newest.items ?? [], loaded) : null;
}

/** The sessions of a search: pages as they are scrolled to, news while live is true. */
export function useSessionList(what: SessionsAsked, live: boolean) {
  const client = useQueryClient();
  const pages = useSessions(what);
  // The order by relevance has no "newest" side that news could come in at.
  const newest = useNewestSessions(what, live && what.sort === 'newest' && pages.isSuccess && !pages.isPlaceholderData);
  const loaded = useMemo(() => pages.data?.pages.flatMap((page: SessionList) => page.items ?? []) ?? [], [pages.data]);
  const typos = pages.data?.pages[0]?.typos ?? false;
  const merged = useMemo(() => follow(newest.data, typos, loaded), [newest.data, typos, loaded]);
  useEffect(() => {
    if (merged === null) void client.resetQueries({ queryKey: ['sessions', what] });
  }, [merged, client, what]);
  return { pages, sessions: merged ?? loaded, typos };
}
