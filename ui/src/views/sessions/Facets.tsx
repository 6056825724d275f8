import { UnstyledButton } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { useState } from 'react';
import { useLanguage } from '../../i18n/i18n';
import classes from './Facets.module.css';
import { valueName } from './names';
import { hasTerm, termOf, toggleTerm } from './terms';
import type { Search } from './useSearch';

/** More values than this are folded away, so that each group is read at a glance. */
const shownMax = 5;

const order = ['browser', 'os', 'device', 'country', 'language', 'release'];

const worthShowing = ([value, count]: [string, number]) => value !== '' && count > 0;

interface Props {
  facets: Record<string, Record<string, number>>;
  search: Search;
  className: string | undefined;
}

/** Who, with what and from where the sessions found are, each value with how many have it; a click narrows the search. */
export function Facets({ facets, search, className }: Props) {
  const { t } = useLanguage();
  const fields = Object.keys(facets)
    .filter((field) => field !== 'has' && Object.entries(facets[field] ?? {}).some(worthShowing))
    .sort((a, b) => (order.indexOf(a) + 1 || order.length + 1) - (order.indexOf(b) + 1 || order.length + 1));
  if (fields.length === 0) return null;
  return (
    <section className={`${classes.facets} ${className ?? ''}`} aria-label={t.sessions.facets}>
      {fields.map((field) => (
        <Group key={field} field={field} counts={facets[field] ?? {}} search={search} />
      ))}
    </section>
  );
}

function Group({ field, counts, search }: { field: string; counts: Record<string, number>; search: Search }) {
  const { t, f } = useLanguage();
  const [all, setAll] = useState(false);
  const values = Object.entries(counts)
    .filter(worthShowing)
    .sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
  const shown = all ? values : values.slice(0, shownMax);
  return (
    <div className={classes.group}>
      <h2 className={classes.name}>{t.sessions.facetNames[field] ?? field}</h2>
      {shown.map(([value, count]) => {
        const term = termOf(field, value);
        const chosen = hasTerm(search.q, term);
        return (
          <UnstyledButton key={value} className={classes.chip} aria-pressed={chosen} onClick={() => search.search(toggleTerm(search.q, term))}>
            {chosen && <IconCheck size={13} aria-hidden />}
            <span className={classes.value}>{valueName(field, value, t, f)}</span>
            <span className={classes.count}>{f.number(count)}</span>
          </UnstyledButton>
        );
      })}
      {!all && values.length > shownMax && (
        <UnstyledButton className={classes.more} onClick={() => setAll(true)}>
          {t.sessions.moreFacets}
        </UnstyledButton>
      )}
    </div>
  );
}
