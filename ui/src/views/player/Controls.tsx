import { ActionIcon, Button, Menu, Select, Tooltip } from '@mantine/core';
import { useFullscreenDocument } from '@mantine/hooks';
import {
  IconChevronLeft,
  IconChevronRight,
  IconMaximize,
  IconMinimize,
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconPlayerTrackNextFilled,
  IconRewindBackward10,
  IconRewindForward10,
  IconRotate,
  IconZzzOff,
  type TablerIcon,
} from '@tabler/icons-react';
import type { RefObject } from 'react';
import { useLanguage } from '../../i18n/i18n';
import { speeds } from '../../player/controller';
import { chooseSpeed, hop, step, stepMs, toggleFullscreen, toggleSkipIdle } from './actions';
import { usePlayer, usePlaying } from './context';
import classes from './Controls.module.css';

function Tool({ icon: Icon, label, onClick, pressed }: { icon: TablerIcon; label: string; onClick: () => void; pressed?: boolean }) {
  return (
    <Tooltip label={label}>
      <ActionIcon size={32} aria-label={label} aria-pressed={pressed} onClick={onClick} color={pressed ? 'indigo' : 'gray'} variant={pressed ? 'light' : 'subtle'}>
        <Icon size={18} stroke={1.75} />
      </ActionIcon>
    </Tooltip>
  );
}

export function Controls({ cinema }: { cinema: RefObject<HTMLElement | null> }) {
  const { t } = useLanguage();
  const { controller, moments } = usePlaying();
  const full = useFullscreenDocument().fullscreen;
  return (
    <div className={classes.controls} role="group" aria-label={t.player.controls}>
      <PlayButton />
      <Tool icon={IconRewindBackward10} label={t.player.back10} onClick={() => step(controller, -stepMs)} />
      <Tool icon={IconRewindForward10} label={t.player.forward10} onClick={() => step(controller, stepMs)} />
      <Clock />
      <LiveButton />
      <span className={classes.space} />
      <TabSwitch />
      <span className={classes.hop}>
        <Tool icon={IconChevronLeft} label={t.player.previousMoment} onClick={() => hop(controller, moments, -1)} />
        <span className={classes.hopName} aria-hidden>
          {t.player.moment}
        </span>
        <Tool icon={IconChevronRight} label={t.player.nextMoment} onClick={() => hop(controller, moments, 1)} />
      </span>
      <SkipIdle />
      <Speed />
      <Tool icon={full ? IconMinimize : IconMaximize} label={full ? t.player.exitFullscreen : t.player.fullscreen} onClick={() => toggleFullscreen(cinema.current)} />
    </div>
  );
}

function PlayButton() {
  const { t } = useLanguage();
  const { controller } = usePlaying();
  const playing = usePlayer((s) => s.playing);
  const ended = usePlayer((s) => s.ended);
  const label = ended ? t.player.again : playing ? t.player.pause : t.player.play;
  return (
    <Tooltip label={label}>
      <ActionIcon size={36} radius="xl" variant="filled" color="indigo" aria-label={label} onClick={() => controller.toggle()}>
        {ended ? <IconRotate size={18} /> : playing ? <IconPlayerPauseFilled size={18} /> : <IconPlayerPlayFilled size={18} />}
      </ActionIcon>
    </Tooltip>
  );
}

function Clock() {
  const { f } = useLanguage();
  const { session } = usePlaying();
  const at = usePlayer((s) => f.duration(s.at - session.startedAt));
  const end = usePlayer((s) => f.duration(s.end - session.startedAt));
  return (
    <span className={classes.clock}>
      <b>{at}</b> / {end}
    </span>
  );
}

function LiveButton() {
  const { t } = useLanguage();
  const { controller } = usePlaying();
  const live = usePlayer((s) => s.live);
  const following = usePlayer((s) => s.following);
  if (!live) return null;
  return (
    <Button
      size="compact-sm"
      variant={following ? 'light' : 'default'}
      color="green"
      aria-pressed={following}
      leftSection={following ? <span className={classes.dot} aria-hidden /> : <IconPlayerTrackNextFilled size={13} />}
      onClick={() => controller.goLive()}
    >
      {following ? t.player.live : t.player.goLive}
    </Button>
  );
}

function TabSwitch() {
  const { t } = useLanguage();
  const { controller, session } = usePlaying();
  const tab = usePlayer((s) => s.tab);
  if (session.tabs.length < 2) return null;
  return (
    <Select
      className={classes.tabs}
      aria-label={t.player.tabs}
      data={session.tabs.map((one, i) => ({ value: one.id, label: t.player.tab(i + 1) }))}
      value={tab}
      onChange={(value) => value && controller.setTab(value)}
      allowDeselect={false}
    />
  );
}

function SkipIdle() {
  const { t } = useLanguage();
  const { controller } = usePlaying();
  const skipIdle = usePlayer((s) => s.skipIdle);
  return (
    <Button
      size="compact-md"
      className={classes.skip}
      variant={skipIdle ? 'light' : 'subtle'}
      color={skipIdle ? 'indigo' : 'gray'}
      aria-pressed={skipIdle}
      aria-label={t.player.skipIdle}
      leftSection={<IconZzzOff size={16} stroke={1.75} />}
      onClick={() => toggleSkipIdle(controller)}
    >
      <span className={classes.skipName}>{t.player.skipIdle}</span>
    </Button>
  );
}

function Speed() {
  const { t } = useLanguage();
  const { controller } = usePlaying();
  const speed = usePlayer((s) => s.speed);
  return (
    <Menu position="top-end" width={96} withinPortal={false}>
      <Menu.Target>
        <Button variant="subtle" color="gray" size="compact-md" className={classes.speed} aria-label={`${t.player.speed}: ${t.player.speedOf(String(speed))}`}>
          {t.player.speedOf(String(speed))}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {speeds.map((one) => (
          <Menu.Item key={one} fw={one === speed ? 650 : undefined} c={one === speed ? 'indigo' : undefined} onClick={() => chooseSpeed(controller, one)}>
            {t.player.speedOf(String(one))}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
