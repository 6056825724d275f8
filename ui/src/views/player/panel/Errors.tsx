import { UnstyledButton } from '@mantine/core';
import { useMemo } from 'react';
import type { Moment } from '../../../api/types';
import { useLanguage } from '../../../i18n/i18n';
import { number, text } from '../../../lib/moments';
import { MomentIcon } from '../../../ui/MomentIcon';
import { goTo } from '../actions';
import { usePlaying } from '../context';
import classes from './Errors.module.css';

/** Each exception with its stack. */
export function Errors() {
  const { t } = useLanguage();
  const { moments } = usePlaying();
  const errors = useMemo(() => moments.filter((moment) => moment.kind === 'error'), [moments]);
  if (errors.length === 0) return <p className={classes.none}>{t.panel.empty.errors}</p>;
  return (
    <ul className={classes.list} aria-label={t.panel.tabs.errors}>
      {errors.map((error, i) => (
        // Moments have no id; two of the same time and text are told apart by their order.
        <li key={`${error.at} ${i}`} className={classes.error}>
          <Exception error={error} />
        </li>
      ))}
    </ul>
  );
}

function Exception({ error }: { error: Moment }) {
  const { t, f } = useLanguage();
  const { controller, session } = usePlaying();
  const time = f.duration(error.at - session.startedAt);
  const source = text(error, 'source');
  const line = number(error, 'line');
  const stack = text(error, 'stack');
  return (
    <>
      <UnstyledButton className={classes.head} onClick={() => goTo(controller, error, session.tabs)}>
        <MomentIcon look="error" />
        <span className={classes.message}>{error.label}</span>
        <span className={classes.time}>{time}</span>
      </UnstyledButton>
      {source && (
        <p className={classes.source}>
          {source}
          {line !== undefined && `:${line}:${number(error, 'column') ?? 0}`}
        </p>
      )}
      {stack ? (
        <pre className={classes.stack} tabIndex={0} aria-label={t.panel.stack}>
          {stack}
        </pre>
      ) : (
        <p className={classes.source}>{t.panel.noStack}</p>
      )}
    </>
  );
}
