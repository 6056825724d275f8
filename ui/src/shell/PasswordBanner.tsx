import { Button } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { Link } from 'react-router';
import { useLanguage } from '../i18n/i18n';
import classes from './PasswordBanner.module.css';

/** Reminds a person who came by a one-time link to make a way back. */
export function PasswordBanner({ project }: { project: string }) {
  const { t } = useLanguage();
  return (
    <div className={classes.banner} role="status">
      <IconKey size={15} aria-hidden />
      <span className={classes.text}>{t.banner.text}</span>
      <Button component={Link} to={`/p/${project}/settings#account`} size="compact-xs" variant="light">
        {t.banner.action}
      </Button>
    </div>
  );
}
