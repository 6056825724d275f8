import type { ResponseKind } from '../api/types';
import { useLanguage } from '../i18n/i18n';
import classes from './Score.module.css';

/** A score with its scale; complaints stand out by colour, and the words beside say so too. */
export function Score({ kind, score, complaint }: { kind: ResponseKind; score: number | undefined; complaint: boolean }) {
  const { t, f } = useLanguage();
  return (
    <span className={classes.score} data-complaint={complaint || undefined}>
      <span className={classes.kind}>{t.feedback.kinds[kind]}</span>
      {score !== undefined && <b>{f.number(score)}</b>}
    </span>
  );
}
