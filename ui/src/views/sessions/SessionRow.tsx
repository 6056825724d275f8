import { Link } from 'react-router';
import type { Match, SessionHit } from '../../api/types';
import { useLanguage } from '../../i18n/i18n';
import { isLive, who } from '../../lib/session';
import { trailOf } from '../../lib/trail';
import { Client } from '../../ui/Client';
import { LiveBadge } from '../../ui/LiveBadge';
import { SignalColumns } from '../../ui/Signals';
import { Tags } from '../../ui/Tags';
import { Time, useNow } from '../../ui/Time';
import { pieces } from './marked';
import classes from './SessionRow.module.css';

/** More tags than this would leave no room for the way through the visit. */
const tagsShown = 2;

interface Props {
  session: SessionHit;
  onFocus: () => void;
}

/** One session in the list: when, who, where, what went wrong, and why it was found. */
export function SessionRow({ session, onFocus }: Props) {
  const { t, f } = useLanguage();
  const live = isLive(session, useNow());
  const pages = session.pages ?? [];
  return (
    <Link to={`/p/${session.projectId}/sessions/${session.id}`} className={classes.row} onFocus={onFocus} data-session={session.id}>
      <span className={classes.when}>{live ? <LiveBadge /> : <Time at={session.startedAt} />}</span>
      <span className={classes.who}>{who(session, t)}</span>
      <span className={classes.what}>
        <Tags tags={session.tags ?? []} most={tagsShown} />
        <Trail steps={trailOf(pages)} />
      </span>
      <span className={classes.client}>
        <Client session={session} />
      </span>
      <span className={classes.signals}>
        <SignalColumns counts={session.counts} />
      </span>
      <span className={classes.pages}>{t.sessions.pages(Math.max(session.counts.pages, pages.length))}</span>
      <span className={classes.duration} role="img" aria-label={`${t.sessions.duration} ${f.duration(session.durationMs)}`}>
        {f.duration(session.durationMs)}
      </span>
      {(session.matches ?? []).length > 0 && (
        <span className={classes.matches}>
          {(session.matches ?? []).map((match) => (
            <Why key={match.field + match.text} match={match} />
          ))}
        </span>
      )}
    </Link>
  );
}

const then = ' › ';

/** The way through the visit on one line. Where it is too long its middle is cut, so that where it began and ended stay. */
function Trail({ steps }: { steps: string[] }) {
  if (steps.length === 0) return null;
  const middle = steps.slice(1, -1).map((step) => then + step);
  return (
    <span className={classes.trail} title={steps.join(then)}>
      <span className={classes.end}>{steps[0]}</span>
      {middle.length > 0 && <span className={classes.middle}>{middle.join('')}</span>}
      {steps.length > 1 && <span className={classes.end}>{then + steps.at(-1)}</span>}
    </span>
  );
}

/** The piece of text that the search found, with the words marked. */
function Why({ match }: { match: Match }) {
  const { t } = useLanguage();
  return (
    <span className={classes.why}>
      <span className={classes.field}>{t.sessions.matchFields[match.field] ?? match.field}</span>
      <span>
        {pieces(match.text, match.spans ?? []).map((piece, i) =>
          // Pieces of one text never change places, so their number names them.
          piece.hit ? <mark key={i}>{piece.text}</mark> : <span key={i}>{piece.text}</span>,
        )}
      </span>
    </span>
  );
}
