import { Button, Progress } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconClock } from '@tabler/icons-react';
import { Link } from 'react-router';
import { useIndexing, useIndexingJob } from '../../api/searching';
import type { FailedIndexing, Indexing } from '../../api/types';
import { useLanguage } from '../../i18n/i18n';
import { shortId } from '../../lib/session';
import { useAccount } from '../../shell/account';
import { problemText } from '../../ui/Problem';
import { Time } from '../../ui/Time';
import classes from './IndexSection.module.css';
import { Hint, Section } from './Section';
import { useSaved } from './useSaved';

/** How far the search index is: what waits, what could not be done and why; and a way to make it anew. */
export function IndexSection() {
  const { t } = useLanguage();
  const { project } = useAccount();
  const indexing = useIndexing(project.id);
  const x = t.settings.indexing;
  return (
    <Section id="index" title={x.title} text={x.text}>
      {indexing.error && <Hint>{problemText(indexing.error, t)}</Hint>}
      {indexing.data && (
        <>
          <Waiting indexing={indexing.data} />
          {indexing.data.failing > 0 && <Failing failing={indexing.data.failing} items={indexing.data.items ?? []} />}
          <Rebuild rebuild={indexing.data.rebuild} />
        </>
      )}
    </Section>
  );
}

function Waiting({ indexing: { pending, failing, oldestAt } }: { indexing: Indexing }) {
  const { t } = useLanguage();
  const x = t.settings.indexing;
  if (pending === 0 && failing > 0) return null;
  return (
    <p className={classes.state} role="status">
      {pending === 0 ? <IconCircleCheck size={16} className={classes.good} aria-hidden /> : <IconClock size={16} className={classes.waits} aria-hidden />}
      {pending === 0 ? x.upToDate : t.sessions.pending(pending)}
      {pending > 0 && oldestAt > 0 && (
        <span className={classes.since}>
          {x.oldest}: <Time at={oldestAt} />
        </span>
      )}
    </p>
  );
}

function Failing({ failing, items }: { failing: number; items: FailedIndexing[] }) {
  const { t, f } = useLanguage();
  const { project } = useAccount();
  const { onError } = useSaved();
  const retry = useIndexingJob(project.id, 'retry');
  const x = t.settings.indexing;
  return (
    <div className={classes.failing}>
      <p className={classes.state} role="alert">
        <IconAlertTriangle size={16} className={classes.bad} aria-hidden />
        {x.failing(failing)}
        <Button size="compact-sm" variant="default" loading={retry.isPending} onClick={() => retry.mutate(undefined, { onError })}>
          {x.retry}
        </Button>
      </p>
      <ul className={classes.list} aria-label={x.failing(failing)}>
        {items.map((item) => (
          <li key={item.sessionId}>
            <Link to={`/p/${project.id}/sessions/${item.sessionId}`}>{t.sessions.anonymous(shortId(item.sessionId))}</Link>
            <span className={classes.tries}>
              {x.attempts(item.attempts)} · {x.next} {f.clock(item.retryAt)}
            </span>
            <code className={classes.why}>{item.error}</code>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Rebuild({ rebuild }: { rebuild: Indexing['rebuild'] }) {
  const { t, f } = useLanguage();
  const { project } = useAccount();
  const { onError } = useSaved();
  const start = useIndexingJob(project.id, 'rebuild');
  const x = t.settings.indexing;
  const { running, done, total, endedAt, error } = rebuild;
  // New sessions may make it more than there were at the start.
  const most = Math.max(done, total, 1);
  return (
    <div className={classes.rebuild}>
      {running ? (
        <>
          <Progress value={(done / most) * 100} aria-label={x.rebuilding} transitionDuration={120} />
          <p className={classes.progress} role="status">
            {x.rebuilding}: {x.progress(f.number(done), f.number(most))}
          </p>
        </>
      ) : (
        <Button variant="default" loading={start.isPending} onClick={() => start.mutate(undefined, { onError })}>
          {x.rebuild}
        </Button>
      )}
      <Hint>{x.rebuildHint}</Hint>
      {!running && endedAt > 0 && (
        <Hint>
          {error ? `${x.rebuildFailed} ${error}` : x.rebuilt} <Time at={endedAt} />
        </Hint>
      )}
    </div>
  );
}
