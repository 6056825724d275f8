import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useSessionsOf } from '../../../api/queries';
import type { Counts, Session } from '../../../api/types';
import { useLanguage } from '../../../i18n/i18n';
import { pathOf } from '../../../lib/session';
import { vitalsOf } from '../../../lib/vitals';
import { Time } from '../../../ui/Time';
import { Vital } from '../../../ui/Vital';
import { termOf } from '../../sessions/terms';
import { usePlaying } from '../context';
import classes from './Person.module.css';

type Row = [name: string, value: ReactNode, hint?: string];

function Facts({ title, rows }: { title: string; rows: Row[] }) {
  const known = rows.filter(([, value]) => value !== '' && value !== false && value !== undefined && value !== null);
  if (known.length === 0) return null;
  return (
    <section className={classes.facts}>
      <h2>{title}</h2>
      <dl>
        {known.map(([name, value, hint]) => (
          <div key={name}>
            <dt title={hint}>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** Signals are told where there are any: that nothing was wrong goes without saying. */
const counted = ['rage', 'dead', 'errorclick', 'slow', 'quickback', 'freeze', 'refresh', 'thrash', 'abandon'] as const satisfies (keyof Counts)[];

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Who it was, with what, and how much of what happened. */
export function Person() {
  const { t, f } = useLanguage();
  const { session } = usePlaying();
  const u = t.panel.user;
  const { user, counts } = session;
  const traits = Object.entries(user.traits ?? {});
  return (
    <div className={classes.person} tabIndex={0} role="region" aria-label={t.panel.tabs.user}>
      {!user.id && !user.email && traits.length === 0 ? (
        <p className={classes.nobody}>{u.none}</p>
      ) : (
        <>
          <Facts title={u.identity} rows={[[u.id, user.id], [u.email, user.email]]} />
          <Facts title={u.traits} rows={traits.map(([name, value]): Row => [name, shown(value)])} />
        </>
      )}
      <Others session={session} />
      <Facts
        title={u.client}
        rows={[
          [u.browser, session.browser],
          [u.os, session.os],
          [u.device, t.sessions.devices[session.device] ?? session.device],
          [u.country, session.country && f.country(session.country)],
          [u.language, session.language && f.language(session.language)],
          [u.release, session.release],
          [u.referrer, session.referrer],
          [u.entry, session.entry && pathOf(session.entry)],
          [u.exit, session.exit && pathOf(session.exit)],
          [u.campaign, Object.values(session.utm ?? {}).join(' · ')],
        ]}
      />
      <Facts
        title={u.session}
        rows={[
          [u.started, f.exact(session.startedAt)],
          [u.ended, f.exact(session.endedAt)],
          [u.duration, f.duration(session.durationMs)],
          [u.active, f.duration(session.activeMs)],
          [u.tabsSeen, f.number(session.tabs.length)],
          [u.events, f.number(session.events)],
          [u.size, f.bytes(session.rawBytes)],
          [u.stored, f.bytes(session.storedBytes)],
          [u.sessionId, <code key="id">{session.id}</code>],
        ]}
      />
      <Facts
        title={u.counts}
        rows={[
          [u.pages, f.number(counts.pages)],
          [u.clicks, f.number(counts.clicks)],
          [u.errors, f.number(counts.errors)],
          [u.consoleErrors, f.number(counts.consoleErrors)],
          [u.failedRequests, f.number(counts.failedRequests)],
          [u.responses, f.number(counts.responses)],
          [u.custom, f.number(counts.custom)],
          ...counted.map((name): Row => [t.sessions.has[name] ?? name, counts[name] > 0 && f.number(counts[name])]),
        ]}
      />
      <Facts title={u.vitals} rows={vitalsOf(session.vitals).map((vital): Row => [vital.name, <Vital key="value" vital={vital} />, u.vitalNames[vital.name]])} />
    </div>
  );
}

/** The same person's other sessions, newest first. */
function Others({ session }: { session: Session }) {
  const { t, f } = useLanguage();
  const name = session.user.id || session.user.email;
  const found = useSessionsOf(session.projectId, name ? termOf('user', name) : '');
  const others = (found.data?.items ?? []).filter((one) => one.id !== session.id && (one.user.id || one.user.email) === name);
  if (others.length === 0) return null;
  return (
    <section className={classes.facts}>
      <h2>{t.panel.user.other}</h2>
      <ul className={classes.others}>
        {others.map((one) => (
          <li key={one.id}>
            <Link to={`/p/${one.projectId}/sessions/${one.id}`}>
              <Time at={one.startedAt} />
              <span>{t.sessions.pages(one.counts.pages)}</span>
              <span>{f.duration(one.durationMs)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
