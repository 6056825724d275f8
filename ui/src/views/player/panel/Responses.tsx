import { UnstyledButton } from '@mantine/core';
import { useMemo } from 'react';
import type { Moment, ResponseKind } from '../../../api/types';
import { useLanguage } from '../../../i18n/i18n';
import { isComplaint } from '../../../lib/complaint';
import { number, text } from '../../../lib/moments';
import { Score } from '../../../ui/Score';
import { goTo } from '../actions';
import { usePlaying } from '../context';
import classes from './Responses.module.css';

/** What the person said in this session. */
export function Responses() {
  const { t } = useLanguage();
  const { moments } = usePlaying();
  const said = useMemo(() => moments.filter((moment) => moment.kind === 'response'), [moments]);
  if (said.length === 0) return <p className={classes.none}>{t.panel.empty.responses}</p>;
  return (
    <ul className={classes.list} aria-label={t.panel.tabs.responses}>
      {said.map((moment) => (
        <li key={text(moment, 'id') || moment.at}>
          <Said moment={moment} />
        </li>
      ))}
    </ul>
  );
}

const kinds: readonly string[] = ['nps', 'csat', 'ces', 'text'] satisfies ResponseKind[];

function Said({ moment }: { moment: Moment }) {
  const { t, f } = useLanguage();
  const { controller, session } = usePlaying();
  const kind = text(moment, 'kind');
  const score = number(moment, 'score');
  const words = text(moment, 'text');
  const survey = text(moment, 'survey');
  const time = f.duration(moment.at - session.startedAt);
  return (
    <UnstyledButton className={classes.said} onClick={() => goTo(controller, moment, session.tabs)}>
      <span className={classes.head}>
        {kinds.includes(kind) && <Score kind={kind as ResponseKind} score={score} complaint={isComplaint(kind, score, text(moment, 'category'))} />}
        {survey && <span className={classes.survey}>{survey}</span>}
        <span className={classes.time}>{time}</span>
      </span>
      <span className={words ? classes.words : classes.wordless}>{words || (score === undefined ? moment.label : t.feedback.noText)}</span>
    </UnstyledButton>
  );
}
