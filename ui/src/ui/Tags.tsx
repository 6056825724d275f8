import { Tooltip } from '@mantine/core';
import { useLanguage } from '../i18n/i18n';
import classes from './Tags.module.css';

/** The labels of a session; those beyond the first few are told on hover. */
export function Tags({ tags, most }: { tags: readonly string[]; most: number }) {
  const { t } = useLanguage();
  if (tags.length === 0) return null;
  const more = tags.length - most;
  return (
    <span className={classes.tags} role="group" aria-label={t.sessions.tags}>
      {tags.slice(0, most).map((tag) => (
        <span key={tag} className={classes.tag} title={tag}>
          {tag}
        </span>
      ))}
      {more > 0 && (
        <Tooltip label={tags.slice(most).join(', ')}>
          <span className={classes.tag} role="img" aria-label={t.sessions.moreTags(more)}>
            +{more}
          </span>
        </Tooltip>
      )}
    </span>
  );
}
