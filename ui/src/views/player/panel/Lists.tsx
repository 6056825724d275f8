import { SegmentedControl } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { Moment } from '../../../api/types';
import { useLanguage } from '../../../i18n/i18n';
import { failedRequest, lookOf, number, text } from '../../../lib/moments';
import { pathOf } from '../../../lib/session';
import { MomentIcon } from '../../../ui/MomentIcon';
import { usePlaying } from '../context';
import classes from './Lists.module.css';
import { MomentList } from './MomentList';

/** What the page wrote to its console. */
export function Console() {
  const { t } = useLanguage();
  const { moments } = usePlaying();
  const own = useMemo(() => moments.filter((moment) => moment.kind === 'console' || moment.kind === 'error'), [moments]);
  return (
    <MomentList
      moments={own}
      label={t.panel.tabs.console}
      empty={t.panel.empty.console}
      row={(moment) => (
        <>
          <span className={classes.icon}>
            <MomentIcon look={lookOf(moment)} size={15} />
          </span>
          <code className={classes.line} data-look={lookOf(moment)}>
            {moment.label}
          </code>
        </>
      )}
    />
  );
}

/** The requests of the page, with what went wrong in colour and words. */
export function Network() {
  const { t } = useLanguage();
  const { moments } = usePlaying();
  const [which, setWhich] = useState<'all' | 'failed'>('all');
  const own = useMemo(
    () => moments.filter((moment) => moment.kind === 'request' && (which === 'all' || failedRequest(moment))),
    [moments, which],
  );
  return (
    <>
      <div className={classes.head}>
        <SegmentedControl
          aria-label={t.panel.filter}
          data={[
            { value: 'all', label: t.panel.allRequests },
            { value: 'failed', label: t.panel.onlyFailed },
          ]}
          value={which}
          onChange={(value) => setWhich(value as 'all' | 'failed')}
        />
      </div>
      <MomentList moments={own} label={t.panel.tabs.network} empty={t.panel.empty.network} row={(moment) => <Request moment={moment} />} />
    </>
  );
}

function Request({ moment }: { moment: Moment }) {
  const { t, f } = useLanguage();
  const status = number(moment, 'status') ?? 0;
  const ms = number(moment, 'durationMs');
  const url = text(moment, 'url');
  const failed = failedRequest(moment);
  return (
    <>
      <span className={classes.icon}>
        <MomentIcon look={lookOf(moment)} size={15} />
      </span>
      <span className={classes.method}>{text(moment, 'method')}</span>
      <span className={classes.url} title={url}>
        {url ? pathOf(url) : moment.label}
      </span>
      <span className={classes.status} data-failed={failed || undefined}>
        {status === 0 ? t.panel.failed : status}
      </span>
      <span className={classes.ms}>{ms === undefined ? '' : `${f.number(Math.round(ms))} ms`}</span>
    </>
  );
}
