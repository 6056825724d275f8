import { CloseButton, Kbd, Select, TextInput } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconCalendarTime, IconSearch } from '@tabler/icons-react';
import { useRef } from 'react';
import type { ApiError } from '../../api/client';
import { useLanguage } from '../../i18n/i18n';
import classes from './SearchBar.module.css';
import { type Range, ranges, type Search } from './useSearch';

const problemId = 'query-problem';

/** The search field with the time range beside it, and what is wrong with the query below. */
export function SearchBar({ search, problem }: { search: Search; problem: ApiError | null }) {
  const { t } = useLanguage();
  const field = useRef<HTMLInputElement>(null);
  useHotkeys([['/', () => field.current?.focus()]]);
  return (
    <div className={classes.bar}>
      <TextInput
        ref={field}
        size="sm"
        className={classes.field}
        role="searchbox"
        aria-label={t.sessions.search}
        aria-describedby={problem ? problemId : undefined}
        aria-invalid={problem !== null}
        placeholder={t.sessions.searchHint}
        value={search.typed}
        onChange={(event) => search.type(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') search.search(search.typed);
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
        leftSection={<IconSearch size={16} />}
        rightSection={
          search.typed ? <CloseButton size="sm" aria-label={t.sessions.clear} onClick={() => search.search('')} /> : <Kbd size="xs">/</Kbd>
        }
        error={problem !== null}
        spellCheck={false}
        autoComplete="off"
      />
      <Select
        size="sm"
        className={classes.range}
        aria-label={t.sessions.range}
        data={Object.keys(ranges).map((value) => ({ value, label: t.sessions.ranges[value as Range] }))}
        value={search.range}
        onChange={(value) => value && search.setRange(value as Range)}
        leftSection={<IconCalendarTime size={16} />}
        allowDeselect={false}
        checkIconPosition="right"
      />
      {problem && <QueryProblem query={search.q} problem={problem} />}
    </div>
  );
}

/** Says what is wrong with the query and shows where. */
function QueryProblem({ query, problem }: { query: string; problem: ApiError }) {
  const { t } = useLanguage();
  const letters = Array.from(query);
  const at = problem.position;
  return (
    <div id={problemId} role="alert" className={classes.problem}>
      <span>
        {t.sessions.queryProblem}
        {at !== undefined && ` (${t.sessions.position(at + 1)})`}: {[problem.detail, problem.hint].filter(Boolean).join('. ')}
      </span>
      {at !== undefined && (
        <code className={classes.where}>
          {letters.slice(0, at).join('')}
          <mark>{letters[at] ?? ' '}</mark>
          {letters.slice(at + 1).join('')}
        </code>
      )}
    </div>
  );
}
