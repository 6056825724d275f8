import { Select } from '@mantine/core';
import { useMemo, useState } from 'react';
import { ApiError } from '../../api/client';
import { type SessionsAsked, type Sort, useFacets } from '../../api/queries';
import { useLanguage } from '../../i18n/i18n';
import { useAccount } from '../../shell/account';
import { Problem } from '../../ui/Problem';
import { useTitle } from '../../ui/useTitle';
import { Facets } from './Facets';
import { NothingHere } from './NothingHere';
import { SearchBar } from './SearchBar';
import { SessionList, SessionSkeleton } from './SessionList';
import classes from './SessionsView.module.css';
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
  const { pages, sessions } = useSessionList(what, atTop);
  const facets = useFacets(what);
  const problem = isQueryProblem(pages.error) ? pages.error : null;
  const counted = facets.data?.facets;
  return (
    <div className={classes.view}>
      <div className={classes.head}>
        <h1 className={classes.title}>{t.sessions.title}</h1>
        <SearchBar search={search} problem={problem} />
      </div>
      <div className={classes.columns}>
        <div className={classes.found}>
          <Summary total={sessions.length > 0 ? facets.data?.total : undefined} pending={facets.data?.pending ?? 0} sort={search.sort} sortable={search.q !== ''} onSort={search.setSort} />
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

interface SummaryProps {
  total: number | undefined;
  pending: number;
  sort: Sort;
  sortable: boolean;
  onSort: (sort: Sort) => void;
}

function Summary({ total, pending, sort, sortable, onSort }: SummaryProps) {
  const { t } = useLanguage();
  return (
    <div className={classes.summary}>
      <span role="status">
        {total !== undefined && total >= 0 && <span className={classes.total}>{t.sessions.total(total)}</span>}
        {pending > 0 && <span className={classes.pending}>{t.sessions.pending(pending)}</span>}
      </span>
      {sortable && (
        <Select
          variant="unstyled"
          className={classes.sort}
          aria-label={t.sessions.sort}
          data={[
            { value: 'newest', label: t.sessions.sorts.newest },
            { value: 'relevance', label: t.sessions.sorts.relevance },
          ]}
          value={sort}
          onChange={(value) => value && onSort(value as Sort)}
          allowDeselect={false}
        />
      )}
    </div>
  );
}
