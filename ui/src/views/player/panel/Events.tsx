import { Tooltip, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { useMemo, useState } from 'react';
import { type Moment, type MomentKind, momentKinds, type SignalKind } from '../../../api/types';
import { useLanguage } from '../../../i18n/i18n';
import { isSignal, lookOf, ofKinds } from '../../../lib/moments';
import { MomentIcon } from '../../../ui/MomentIcon';
import type { Gap } from '../../../player/gaps';
import { usePlayer, usePlaying } from '../context';
import { useGapName } from '../Gaps';
import classes from './Events.module.css';
import { momentDetail, momentLabel } from './label';
import { MomentList, type Placed } from './MomentList';

/** A gap in its place among the moments: where one stands in it. */
interface GapPlaced extends Placed {
  gap: Gap;
}

const placed = (gap: Gap): GapPlaced => ({ at: gap.from + 1, gap });

/** Everything that happened and what is missing, narrowed to the kinds chosen; none chosen means all. */
export function Events() {
  const { t } = useLanguage();
  const { moments } = usePlaying();
  const [chosen, setChosen] = useState<ReadonlySet<MomentKind>>(new Set());
  const gaps = usePlayer((s) => s.gaps);
  const shown = useMemo<readonly (Moment | GapPlaced)[]>(
    () => (chosen.size > 0 ? ofKinds(moments, chosen) : gaps.length === 0 ? moments : [...moments, ...gaps.map(placed)].sort((a, b) => a.at - b.at)),
    [moments, gaps, chosen],
  );
  return (
    <>
      <Kinds moments={moments} chosen={chosen} onChoose={setChosen} />
      <MomentList
        moments={shown}
        label={t.panel.tabs.events}
        empty={moments.length === 0 ? t.panel.empty.events : t.panel.empty.filtered}
        row={(one) => ('gap' in one ? <GapLine gap={one.gap} /> : <Line moment={one} />)}
      />
    </>
  );
}

interface KindsProps {
  moments: readonly Moment[];
  chosen: ReadonlySet<MomentKind>;
  onChoose: (kinds: ReadonlySet<MomentKind>) => void;
}

/** One button per kind that there is, with how many there are. */
function Kinds({ moments, chosen, onChoose }: KindsProps) {
  const { t, f } = useLanguage();
  const counts = useMemo(() => momentKinds.map((kind) => [kind, moments.filter((moment) => moment.kind === kind).length] as const), [moments]);
  const there = counts.filter(([, count]) => count > 0);
  if (there.length < 2) return null;
  const toggle = (kind: MomentKind) => {
    const next = new Set(chosen);
    if (!next.delete(kind)) next.add(kind);
    onChoose(next);
  };
  return (
    <div className={classes.kinds} role="group" aria-label={t.panel.filter}>
      {there.map(([kind, count]) => (
        <Tooltip key={kind} label={kind in t.panel.meaning ? `${t.panel.kinds[kind]}: ${t.panel.meaning[kind as SignalKind]}` : t.panel.kinds[kind]}>
          <UnstyledButton className={classes.kind} aria-pressed={chosen.has(kind)} aria-label={`${t.panel.kinds[kind]}: ${f.number(count)}`} onClick={() => toggle(kind)}>
            <MomentIcon look={kind} size={15} />
            {f.number(count)}
          </UnstyledButton>
        </Tooltip>
      ))}
    </div>
  );
}

function GapLine({ gap }: { gap: Gap }) {
  const { t } = useLanguage();
  const nameOf = useGapName();
  return (
    <>
      <span className={classes.icon}>
        <MomentIcon look={gap.why} />
      </span>
      <span className={classes.words}>
        <span className={classes.label}>{nameOf(gap)}</span>
        <span className={classes.reason}>{t.player.gaps[gap.why].why}</span>
      </span>
    </>
  );
}

export function Line({ moment }: { moment: Moment }) {
  const { t, f } = useLanguage();
  const label = momentLabel(moment, t, f);
  const detail = momentDetail(moment, t, f);
  return (
    <>
      <span className={classes.icon}>
        <MomentIcon look={lookOf(moment)} />
      </span>
      {!isSignal(moment) && <VisuallyHidden>{t.panel.kind[moment.kind]}</VisuallyHidden>}
      <span className={classes.words}>
        <span className={classes.label}>{label}</span>
        {detail && detail !== label && <span className={classes.detail}>{detail}</span>}
      </span>
    </>
  );
}
