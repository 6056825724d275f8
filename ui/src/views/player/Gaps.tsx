import { Alert, Button, Tooltip, UnstyledButton } from '@mantine/core';
import { IconPhotoOff } from '@tabler/icons-react';
import { useState } from 'react';
import { useLanguage } from '../../i18n/i18n';
import { type Gap, gapAt, isEnd, openingGap } from '../../player/gaps';
import type { Segment } from '../../player/timeline';
import { MomentIcon } from '../../ui/MomentIcon';
import { Notice } from '../../ui/Notice';
import { usePlayer, usePlaying } from './context';
import classes from './Gaps.module.css';

/** Below this, seconds would say too much. */
const shortMs = 1_000;

/** How much is missing, as the name of a gap. */
export function useGapName() {
  const { t, f } = useLanguage();
  return ({ why, from, to }: Gap) => t.player.gaps[why].name(to - from < shortMs ? t.player.underSecond : f.span(to - from));
}

/** The gap that is shown. */
export function useGap(): Gap | null {
  return usePlayer((s) => gapAt(s.gaps, s.at, s.end));
}

/** Goes on after a gap; nothing where nothing comes after it. */
export function LeaveGap({ gap }: { gap: Gap }) {
  const { t, f } = useLanguage();
  const { controller, session } = usePlaying();
  const last = usePlayer((s) => isEnd(gap.to, s.end));
  if (last) return null;
  return (
    <Button variant="default" size="compact-sm" onClick={() => controller.leaveGap()}>
      {t.player.leaveGap(f.duration(gap.to - session.startedAt))}
    </Button>
  );
}

/** Stands where the recorded page would be, where there is no picture of it. */
export function GapNotice({ gap }: { gap: Gap }) {
  const { t } = useLanguage();
  const nameOf = useGapName();
  return (
    <div className={classes.notice} role="status">
      <Notice icon={<MomentIcon look={gap.why} size={22} />} title={nameOf(gap)} text={t.player.gaps[gap.why].why}>
        <LeaveGap gap={gap} />
      </Notice>
    </div>
  );
}

/** Says that the beginning cannot be shown, until that was read. */
export function Opening() {
  const { t, f } = useLanguage();
  const { session } = usePlaying();
  const tab = usePlayer((s) => s.tab);
  const gap = usePlayer((s) => openingGap(s.gaps, s.start, s.end));
  const [read, setRead] = useState('');
  if (!gap || read === tab) return null;
  return (
    <Alert
      className={classes.opening}
      variant="light"
      color="gray"
      icon={<IconPhotoOff size={16} />}
      withCloseButton
      closeButtonLabel={t.app.close}
      onClose={() => setRead(tab)}
    >
      {t.player.opening(f.duration(gap.to - session.startedAt))}
    </Alert>
  );
}

const narrowest = 0.004;
const percent = (share: number) => `${share * 100}%`;

/** A gap on the timeline. */
export function GapStretch({ stretch: { from, to, of: gap } }: { stretch: Segment<Gap> }) {
  const { t } = useLanguage();
  const { controller } = usePlaying();
  const name = useGapName()(gap);
  return (
    <Tooltip label={`${name}. ${t.player.gaps[gap.why].why}`} events={{ hover: true, focus: true, touch: true }} multiline maw={360} openDelay={100} withinPortal={false}>
      <UnstyledButton
        className={classes.stretch}
        data-why={gap.why}
        style={{ left: percent(from), width: percent(Math.max(to - from, narrowest)) }}
        aria-label={name}
        onClick={() => controller.seek(gap.from + 1)}
      />
    </Tooltip>
  );
}
