import { Button, Loader, Popover, UnstyledButton } from '@mantine/core';
import { IconPhotoOff, IconPlayerPlayFilled, IconPlayerSkipForwardFilled, IconRotate } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { Link } from 'react-router';
import { useLanguage } from '../../i18n/i18n';
import { showable } from '../../player/gaps';
import { Delayed } from '../../ui/Delayed';
import { usePlayer, usePlaying } from './context';
import classes from './Stage.module.css';
import { GapNotice, LeaveGap, useGap, useGapName } from './Gaps';
import { TroubleNotice } from './TroubleNotice';
import { useKeepFocus } from './useKeepFocus';

/** The recorded page, in a document of its own, with words over it where there is no picture. */
export function Stage() {
  const { t } = useLanguage();
  const { controller, session } = usePlaying();
  const frame = useRef<HTMLIFrameElement>(null);
  const shown = usePlayer((s) => s.shown);
  const gap = useGap();
  useEffect(() => {
    const inside = frame.current?.contentWindow;
    return inside ? controller.attach(inside) : undefined;
  }, [controller]);
  useKeepFocus(frame);
  return (
    <section className={classes.stage} aria-label={t.player.stage}>
      <iframe
        ref={frame}
        className={classes.frame}
        data-shown={shown || undefined}
        data-stale={gap ? true : undefined}
        src={`/player?${new URLSearchParams({ project: session.projectId }).toString()}`}
        sandbox="allow-scripts allow-same-origin"
        title={t.player.stage}
        tabIndex={-1}
        aria-hidden
        inert
      />
      <Over />
      <Said />
      <Blocked />
    </section>
  );
}

/** What is over the picture: a large play button, or why there is none. */
function Over() {
  const { t } = useLanguage();
  const { controller } = usePlaying();
  const shown = usePlayer((s) => s.shown);
  const playing = usePlayer((s) => s.playing);
  const ended = usePlayer((s) => s.ended);
  const waiting = usePlayer((s) => s.waiting);
  const trouble = usePlayer((s) => s.trouble);
  const gap = useGap();
  if (trouble && (waiting || !shown)) {
    return (
      <div className={classes.cover}>
        <TroubleNotice trouble={trouble}>
          {(trouble === 'offline' || trouble === 'failed') && (
            <Button variant="default" onClick={() => controller.retry()}>
              {t.app.retry}
            </Button>
          )}
        </TroubleNotice>
      </div>
    );
  }
  if (gap && !showable(gap)) {
    return (
      <div className={classes.cover}>
        <GapNotice gap={gap} />
      </div>
    );
  }
  if (!shown) {
    return (
      <div className={classes.cover} role="status">
        <Delayed>
          <Loader size="sm" /> <span>{t.player.states.loading}</span>
        </Delayed>
      </div>
    );
  }
  const label = ended ? t.player.again : playing ? t.player.pause : t.player.play;
  return (
    <UnstyledButton className={classes.press} aria-label={label} tabIndex={-1} onClick={() => controller.toggle()}>
      {(!playing || ended) && <span className={classes.big}>{ended ? <IconRotate size={26} /> : <IconPlayerPlayFilled size={26} />}</span>}
    </UnstyledButton>
  );
}

/** One quiet line: what is missing here, was skipped, or is being waited for. */
function Said() {
  const { t, f } = useLanguage();
  const here = useGap();
  const nameOf = useGapName();
  const gap = here && showable(here) ? here : null;
  const skipped = usePlayer((s) => s.skipped);
  const live = usePlayer((s) => s.live && s.shown && s.waiting && s.playing);
  const buffering = usePlayer((s) => s.shown && s.waiting && !s.live && !s.trouble);
  const words = gap
    ? `${nameOf(gap)}. ${t.player.gaps[gap.why].why}`
    : skipped
      ? (skipped.why === 'idle' ? t.player.skipped : t.player.gaps[skipped.why].skipped)(f.span(skipped.ms))
      : live
        ? t.player.states.waiting
        : '';
  return (
    <div className={classes.said} role="status">
      {words && (
        <span className={classes.pill}>
          {!gap && skipped && <IconPlayerSkipForwardFilled size={13} aria-hidden />}
          {words}
          {gap && <LeaveGap gap={gap} />}
        </span>
      )}
      {!words && buffering && (
        <Delayed>
          <span className={classes.pill}>
            <Loader size={12} color="gray" /> {t.player.states.buffering}
          </span>
        </Delayed>
      )}
    </div>
  );
}

/** Says once, quietly, that something of the page could not be loaded, and how to change that. */
function Blocked() {
  const { t } = useLanguage();
  const { session } = usePlaying();
  const blocked = usePlayer((s) => s.blocked);
  if (blocked.length === 0) return null;
  return (
    <div className={classes.blocked}>
      <Popover width={320} position="top-end" shadow="md" withinPortal={false}>
        <Popover.Target>
          <Button size="compact-xs" variant="default" leftSection={<IconPhotoOff size={13} />}>
            {t.player.blocked}
          </Button>
        </Popover.Target>
        <Popover.Dropdown className={classes.why}>
          {t.player.blockedWhy}
          <ul>
            {blocked.map((origin) => (
              <li key={origin}>
                <code>{origin}</code>
              </li>
            ))}
          </ul>
          <Button component={Link} to={`/p/${session.projectId}/settings#origins`} variant="light" size="compact-sm">
            {t.player.openSettings}
          </Button>
        </Popover.Dropdown>
      </Popover>
    </div>
  );
}
