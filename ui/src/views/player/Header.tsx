import { ActionIcon, Button, Group, Menu, Modal, Text, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconArrowLeft, IconDots, IconEraser, IconLink } from '@tabler/icons-react';
import { Link, useNavigate } from 'react-router';
import { useEraseSession } from '../../api/queries';
import { useLanguage } from '../../i18n/i18n';
import { allows, isLive, who } from '../../lib/session';
import { useAccount } from '../../shell/account';
import { Client } from '../../ui/Client';
import { LiveBadge } from '../../ui/LiveBadge';
import { problemText } from '../../ui/Problem';
import { Signals } from '../../ui/Signals';
import { Time, useNow } from '../../ui/Time';
import { usePlaying } from './context';
import classes from './Header.module.css';
import { SessionTags } from './SessionTags';
import { useCopyLink } from './useCopyLink';

/** Whose session this is, when and where it was, and what can be done with it. */
export function Header() {
  const { t, f } = useLanguage();
  const { session } = usePlaying();
  const { project, role } = useAccount();
  const copyLink = useCopyLink();
  const live = isLive(session, useNow());
  return (
    <header className={classes.header}>
      <Tooltip label={t.player.back}>
        <ActionIcon component={Link} to={`/p/${project.id}/sessions`} aria-label={t.player.back}>
          <IconArrowLeft size={17} />
        </ActionIcon>
      </Tooltip>
      <h1 className={classes.who}>{who(session, t)}</h1>
      {live && <LiveBadge />}
      <span className={classes.facts}>
        <Time at={session.startedAt} />
        <span className={classes.duration}>{f.duration(session.durationMs)}</span>
        <Client session={session} />
        {session.release && <span>{session.release}</span>}
      </span>
      <SessionTags />
      <span className={classes.signals}>
        <Signals counts={session.counts} />
      </span>
      <Button variant="default" leftSection={<IconLink size={15} />} onClick={copyLink} className={classes.copy}>
        {t.player.copyLink}
      </Button>
      {allows(role, 'admin') && <More />}
    </header>
  );
}

function More() {
  const { t } = useLanguage();
  const { session } = usePlaying();
  const { project } = useAccount();
  const [asking, askingIs] = useDisclosure(false);
  const erase = useEraseSession(project.id);
  const navigate = useNavigate();
  const confirm = () =>
    erase.mutate(session.id, {
      onSuccess: () => {
        notifications.show({ message: t.player.erasedDone });
        void navigate(`/p/${project.id}/sessions`);
      },
      onError: (error) => notifications.show({ color: 'red', message: problemText(error, t) }),
    });
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon aria-label={t.player.more}>
            <IconDots size={17} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item color="red" leftSection={<IconEraser size={15} />} onClick={askingIs.open}>
            {t.player.erase}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Modal opened={asking} onClose={askingIs.close} title={t.player.eraseTitle} closeButtonProps={{ 'aria-label': t.app.close }}>
        <Text size="sm">{t.player.eraseText}</Text>
        <Group justify="flex-end" mt="lg" gap="xs">
          <Button variant="default" onClick={askingIs.close}>
            {t.player.cancel}
          </Button>
          <Button color="red" loading={erase.isPending} onClick={confirm}>
            {t.player.eraseConfirm}
          </Button>
        </Group>
      </Modal>
    </>
  );
}
