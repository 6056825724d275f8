import { Select } from '@mantine/core';
import { IconBulb, IconCalendarTime } from '@tabler/icons-react';
import type { ApiError } from '../../api/client';
import type { QueryNote } from '../../api/types';
import { useLanguage } from '../../i18n/i18n';
import { faultText, noteText } from './names';
import { QueryField } from './QueryField';
import { SavedSearches } from './SavedSearches';
import classes from './SearchBar.module.css';
import { type Range, ranges, type Search } from './useSearch';

const problemId = 'query-problem';

interface Props {
  search: Search;
  problem: ApiError | null;
  notes: readonly QueryNote[];
}

/** The search field with the time range and the saved searches beside it, and below what is wrong with the query, or may be. */
export function SearchBar({ search, problem, notes }: Props) {
  const { t } = useLanguage();
  return (
    <div className={classes.bar}>
      <QueryField search={search} fault={problem?.query} problemId={problem ? problemId : undefined} />
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
      <SavedSearches search={search} />
      {problem && (
        <p id={problemId} role="alert" className={classes.problem}>
          {faultText(problem, t)}
        </p>
      )}
      {!problem &&
        notes.map((note) => (
          <p key={note.code + note.text} role="status" className={classes.note}>
            <IconBulb size={16} aria-hidden />
            {noteText(note, t)}
          </p>
        ))}
    </div>
  );
}
