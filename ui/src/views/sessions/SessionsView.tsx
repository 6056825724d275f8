import { IconTextSpellcheck } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { ApiError } from '../../api/client';
import { type SessionsAsked, useFacets } from '../../api/queries';
import { useLanguage } from '../../i18n/i18n';
import { useAccount } from '../../shell/account';
import { Problem } from '../../ui/Problem';
import { useTitle } from '../../ui/useTitle';
import { Facets } from './Facets';
import { NothingHere } from './NothingHere';
import { SearchBar } from './SearchBar';
import { SessionList, SessionSkeleton } from './SessionList';
import classes from './SessionsView.module.css';
import { Signs } from './Signs';
import { Summary } from './Summary';
import { plainWords } from './terms';
import { useSearch } from './useSearch';
import { useSessionList } from './useSessionList';

const isQueryProblem = (error: unknown): error is ApiError => error instanceof ApiError && error.status === 400;

/** Finds sessions: search, filters with counts, and the list, which stays fresh by itself. */
export function SessionsView() {
  const { t } = useLanguage();
  const { project } = useAccount();
  useTitle(t.sessions.title);
  const search = useSearch();
  const [atTop, setAtTop] = useState(true);
  const what = useMemo<SessionsAsked>(
    () => ({ project: project.id, q: search.q, backMs: search.backMs, sort: search.sort }),
    [project.id, search.q, search.backMs, search.sort],
  );
  const { pages, sessions, typos } = useSessionList(what, atTop);
  const facets = useFacets(what);
  const problem = isQueryProblem(pages.error) ? pages.error : null;
  const counted = facets.data?.facets;
  return (
    <div className={classes.view}>
      <div className={classes.head}>
        <h1 className={classes.title}>{t.sessions.title}</h1>
        <SearchBar search={search} problem={problem} notes={pages.data?.pages[0]?.notes ?? []} />
        <Signs counts={counted?.has} search={search} />
      </div>
      <div className={classes.columns}>
        <div className={classes.found}>
          <Summary total={sessions.length > 0 ? facets.data?.total : undefined} pending={facets.data?.pending ?? 0} what={what} search={search} />
          {typos && sessions.length > 0 && !problem && <Typos query={search.q} />}
          {pages.isPending && <SessionSkeleton />}
          {pages.error && !problem && <Problem error={pages.error} onRetry={() => void pages.refetch()} />}
          {pages.data && sessions.length === 0 && !problem && <NothingHere search={search} />}
          {sessions.length > 0 && !problem && (
            <SessionList
              sessions={sessions}
              stale={pages.isPlaceholderData}
              more={pages.hasNextPage}
              onMore={() => !pages.isFetchingNextPage && void pages.fetchNextPage()}
              onAtTop={setAtTop}
            />
          )}
        </div>
        {counted && <Facets facets={counted} search={search} className={classes.side} />}
      </div>
    </div>
  );
}

/** Says that what is listed has not the very words that were searched for. */
function Typos({ query }: { query: string }) {
  const { t } = useLanguage();
  return (
    <p className={classes.typos} role="status">
      <IconTextSpellcheck size={16} aria-hidden />
      {t.sessions.typos(plainWords(query).join(' '))}
    </p>
  );
}
