import { Chip, VisuallyHidden } from '@mantine/core';
import { useMemo, useState } from 'react';
import { type Moment, type MomentKind, momentKinds } from '../../../api/types';
import { useLanguage } from '../../../i18n/i18n';
import { lookOf, ofKinds } from '../../../lib/moments';
import { MomentIcon } from '../../../ui/MomentIcon';
import { usePlaying } from '../context';
import classes from './Events.module.css';
import { momentDetail, momentLabel } from './label';
import { MomentList } from './MomentList';

/** Everything that happened, narrowed to the kinds chosen; none chosen means all. */
export function Events() {
  const { t } = useLanguage();
  const { moments } = usePlaying();
  const [chosen, setChosen] = useState<string[]>([]);
  const there = useMemo(() => momentKinds.filter((kind) => moments.some((moment) => moment.kind === kind)), [moments]);
  const shown = useMemo(
    () => (chosen.length === 0 ? moments : ofKinds(moments, new Set(chosen as MomentKind[]))),
    [moments, chosen],
  );
  return (
    <>
      {there.length > 1 && (
        <Chip.Group multiple value={chosen} onChange={setChosen}>
          <div className={classes.kinds} role="group" aria-label={t.panel.filter}>
            {there.map((kind) => (
              <Chip key={kind} value={kind} size="xs" variant="light">
                {t.panel.kinds[kind]}
              </Chip>
            ))}
          </div>
        </Chip.Group>
      )}
      <MomentList
        moments={shown}
        label={t.panel.tabs.events}
        empty={moments.length === 0 ? t.panel.empty.events : t.panel.empty.filtered}
        row={(moment) => <Line moment={moment} />}
      />
    </>
  );
}

export function Line({ moment }: { moment: Moment }) {
  const { t } = useLanguage();
  const label = momentLabel(moment, t);
  const detail = momentDetail(moment);
  return (
    <>
      <span className={classes.icon}>
        <MomentIcon look={lookOf(moment)} />
      </span>
      <VisuallyHidden>{t.panel.kind[moment.kind]}</VisuallyHidden>
      <span className={classes.words}>
        <span className={classes.label}>{label}</span>
        {detail && detail !== label && <span className={classes.detail}>{detail}</span>}
      </span>
    </>
  );
}
