import { UnstyledButton } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { useLanguage } from '../../i18n/i18n';
import type { Look } from '../../lib/moments';
import { MomentIcon } from '../../ui/MomentIcon';
import classes from './Signs.module.css';
import { hasTerm, termOf, toggleTerm } from './terms';
import type { Search } from './useSearch';

/** What a session may have, worst first, and the icon that it goes by. */
const looks: Record<string, Look> = {
  complaint: 'response', rage: 'rage', error: 'error', dead: 'dead', errorclick: 'errorclick', failedRequest: 'request', slow: 'slowrequest', quickback: 'quickback',
  freeze: 'freeze', refresh: 'refresh', thrash: 'thrash', abandon: 'abandon', response: 'response',
};

const order = Object.keys(looks);

/** What happened in the sessions found, each with how many have it; a click narrows the search to them. */
export function Signs({ counts, search }: { counts: Record<string, number> | undefined; search: Search }) {
  const { t, f } = useLanguage();
  // One that is chosen stays, also where nothing is left of it: it must be possible to take it out again.
  const there = order.filter((name) => (counts?.[name] ?? 0) > 0 || hasTerm(search.q, termOf('has', name)));
  return (
    <div className={classes.signs} role="group" aria-label={t.sessions.signs}>
      {there.map((name) => {
        const term = termOf('has', name);
        const chosen = hasTerm(search.q, term);
        return (
          <UnstyledButton key={name} className={classes.sign} aria-pressed={chosen} onClick={() => search.search(toggleTerm(search.q, term))}>
            {chosen ? <IconCheck size={14} aria-hidden /> : <MomentIcon look={looks[name] ?? 'custom'} size={14} />}
            {t.sessions.has[name]}
            {counts && <span className={classes.count}>{f.number(counts[name] ?? 0)}</span>}
          </UnstyledButton>
        );
      })}
    </div>
  );
}
