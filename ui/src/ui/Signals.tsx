import { Tooltip } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import type { Counts } from '../api/types';
import { useLanguage } from '../i18n/i18n';
import type { Look } from '../lib/moments';
import { MomentIcon } from './MomentIcon';
import classes from './Signals.module.css';

type Counted = Exclude<keyof Counts, 'pages' | 'consoleErrors' | 'custom'>;

/** The icon that each count goes by. */
const looks: Record<Counted, Look> = {
  errors: 'error',
  failedRequests: 'request',
  rage: 'rage',
  dead: 'dead',
  errorclick: 'errorclick',
  slow: 'slowrequest',
  freeze: 'freeze',
  quickback: 'quickback',
  refresh: 'refresh',
  thrash: 'thrash',
  abandon: 'abandon',
  responses: 'response',
  clicks: 'click',
};

const all = Object.keys(looks) as Counted[];

/** What most sessions with trouble have keeps its place in a list, so that rows line up; the rest shares the last one. */
const columns: readonly Counted[] = ['errors', 'failedRequests', 'rage', 'dead', 'slow', 'responses'];
const rest = all.filter((name) => !columns.includes(name) && name !== 'clicks');

/** How often each kind of trouble happened, each with an icon of its own. */
export function Signals({ counts }: { counts: Counts }) {
  return (
    <span className={classes.signals}>
      {all.map((name) => (
        <Signal key={name} name={name} count={counts[name]} />
      ))}
    </span>
  );
}

/** The same in columns, for one of many rows. */
export function SignalColumns({ counts }: { counts: Counts }) {
  const { t, f } = useLanguage();
  const others = rest.filter((name) => counts[name] > 0);
  const [only] = others;
  const told = others.map((name) => t.sessions.signals[name](counts[name])).join(', ');
  return (
    <span className={classes.columns}>
      {columns.map((name, place) => (
        <Signal key={name} name={name} count={counts[name]} column={place + 1} />
      ))}
      {only && others.length === 1 && <Signal name={only} count={counts[only]} column={columns.length + 1} />}
      {others.length > 1 && (
        <Tooltip label={told}>
          <span className={classes.signal} role="img" aria-label={told} style={{ gridColumn: columns.length + 1 }}>
            <IconDots size={15} className={classes.more} aria-hidden />
            {f.number(others.length)}
          </span>
        </Tooltip>
      )}
    </span>
  );
}

function Signal({ name, count, column }: { name: Counted; count: number; column?: number }) {
  const { t, f } = useLanguage();
  if (!count) return null;
  const text = t.sessions.signals[name](count);
  return (
    <Tooltip label={text}>
      <span className={classes.signal} data-quiet={name === 'clicks' || undefined} role="img" aria-label={text} style={{ gridColumn: column }}>
        <MomentIcon look={looks[name]} size={15} />
        {f.number(count)}
      </span>
    </Tooltip>
  );
}
