import { useRef } from 'react';
import { Controls } from './Controls';
import { Opening } from './Gaps';
import { Header } from './Header';
import { Panel } from './panel/Panel';
import classes from './PlayerLayout.module.css';
import { Stage } from './Stage';
import { Timeline } from './Timeline';
import { useKeys } from './useKeys';
import { useUrlTime } from './useUrlTime';

/** The recorded page with its timeline and controls, and what happened in it beside. */
export function PlayerLayout({ momentsPending }: { momentsPending: boolean }) {
  const cinema = useRef<HTMLDivElement>(null);
  useUrlTime();
  useKeys(cinema);
  return (
    <div className={classes.view}>
      <Header />
      <div className={classes.columns}>
        <div ref={cinema} className={classes.cinema}>
          <Stage />
          <Opening />
          <Timeline />
          <Controls cinema={cinema} />
        </div>
        <Panel pending={momentsPending} />
      </div>
    </div>
  );
}
