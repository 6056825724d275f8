import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconExternalLink, IconSearchOff, IconVideo } from '@tabler/icons-react';
import { Link } from 'react-router';
import { get } from '../../api/client';
import { refreshMs } from '../../api/queries';
import type { SessionList } from '../../api/types';
import { useLanguage } from '../../i18n/i18n';
import { demoProject } from '../../lib/landing';
import { npmSnippet, scriptTag } from '../../lib/snippet';
import { useAccount } from '../../shell/account';
import { Copyable } from '../../ui/Copyable';
import { Notice } from '../../ui/Notice';
import classes from './NothingHere.module.css';
import type { Search } from './useSearch';

/** An empty list: either nothing was ever recorded, or nothing matches. */
export function NothingHere({ search }: { search: Search }) {
  const { project } = useAccount();
  const any = useQuery({
    queryKey: ['sessions-any', project.id],
    queryFn: ({ signal }) => get<SessionList>('/sessions', { project: project.id, limit: 1 }, signal),
    refetchInterval: refreshMs,
  });
  if (!any.data) return null;
  if ((any.data.items ?? []).length === 0) return <First />;
  return <NoMatch search={search} />;
}

function NoMatch({ search }: { search: Search }) {
  const { t } = useLanguage();
  return (
    <Notice icon={<IconSearchOff size={22} />} title={t.sessions.none.title} text={t.sessions.none.text}>
      {search.q && <Button onClick={() => search.search('')}>{t.sessions.none.action}</Button>}
      {search.range !== 'all' && (
        <Button variant="default" onClick={() => search.setRange('all')}>
          {t.sessions.none.widen}
        </Button>
      )}
    </Notice>
  );
}

function First() {
  const { t } = useLanguage();
  const { me, project } = useAccount();
  const demo = me.demoUrl ? me.projects.find((one) => one.id === demoProject) : undefined;
  return (
    <div className={classes.first}>
      <div className={classes.icon} aria-hidden>
        <IconVideo size={22} />
      </div>
      <h2 className={classes.title}>{t.sessions.first.title}</h2>
      <p className={classes.text}>{t.sessions.first.text}</p>
      <Copyable label={t.settings.install.title} text={scriptTag(location.origin, project.publicKey)} />
      <details className={classes.npm}>
        <summary>{t.sessions.first.npm}</summary>
        <Copyable label={t.sessions.first.npm} text={npmSnippet(location.origin, project.publicKey)} />
      </details>
      <p className={classes.waiting} role="status">
        <span className={classes.dot} aria-hidden />
        {t.sessions.first.waiting}
      </p>
      {me.demoUrl && (
        <div className={classes.demo}>
          <p>{t.sessions.first.demoText}</p>
          {demo && demo.id !== project.id && (
            <Button component={Link} to={`/p/${demo.id}/sessions`} variant="light">
              {t.sessions.first.demoSessions}
            </Button>
          )}
          <Button component="a" href={me.demoUrl} target="_blank" rel="noopener" variant="default" rightSection={<IconExternalLink size={14} />}>
            {t.sessions.first.demo}
          </Button>
        </div>
      )}
    </div>
  );
}
