import { Button } from '@mantine/core';
import { IconAlertTriangle, IconEraser, IconLock, IconPhotoOff, IconPlugConnectedX, IconSearchOff, type TablerIcon } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useLanguage } from '../../i18n/i18n';
import type { Trouble } from '../../player/store';
import { useAccount } from '../../shell/account';
import { Notice } from '../../ui/Notice';
import classes from './TroubleNotice.module.css';

const icons: Record<Trouble, TablerIcon> = {
  erased: IconEraser,
  notFound: IconSearchOff,
  notPlayable: IconPhotoOff,
  damaged: IconAlertTriangle,
  offline: IconPlugConnectedX,
  denied: IconLock,
  failed: IconAlertTriangle,
};

interface Props {
  trouble: Trouble;
  /** The view has nothing else: the title is its heading, and there is a way out. */
  heading?: boolean;
  children?: ReactNode;
}

/** Why a session is not shown, what that means, and what to do. */
export function TroubleNotice({ trouble, heading, children }: Props) {
  const { t } = useLanguage();
  const { project } = useAccount();
  const Icon = icons[trouble];
  const words = t.player.states[trouble];
  return (
    <div className={classes.notice}>
      <Notice alert main={heading} icon={<Icon size={22} />} title={words.title} text={words.text}>
        {children}
        {heading && (
          <Button component={Link} to={`/p/${project.id}/sessions`} variant="default">
            {t.player.back}
          </Button>
        )}
      </Notice>
    </div>
  );
}
