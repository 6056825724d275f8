import { useLanguage } from '../i18n/i18n';
import classes from './LiveBadge.module.css';

export function LiveBadge() {
  const { t } = useLanguage();
  return (
    <span className={classes.live}>
      <span className={classes.dot} aria-hidden />
      {t.sessions.live}
    </span>
  );
}
