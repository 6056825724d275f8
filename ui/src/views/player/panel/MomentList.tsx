import { UnstyledButton } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type FocusEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { useLanguage } from '../../../i18n/i18n';
import { countUntil } from '../../../lib/moments';
import { goTo } from '../actions';
import { usePlayer, usePlaying } from '../context';
import classes from './MomentList.module.css';

const rowPx = 34;
const overscan = 15;

/** What has a place in the list: a time, and a tab if it is of one. */
export interface Placed {
  at: number;
  tab?: string;
}

interface Props<M extends Placed> {
  moments: readonly M[];
  label: string;
  /** Said where the list is empty. */
  empty: string;
  row: (moment: M) => ReactNode;
}

/** Moments in order of time: the one at the player's time is marked and kept in sight, a click goes there. */
export function MomentList<M extends Placed>({ moments, label, empty, row }: Props<M>) {
  const { f } = useLanguage();
  const { controller, session } = usePlaying();
  const scroller = useRef<HTMLDivElement>(null);
  const current = usePlayer((s) => countUntil(moments, s.at + 1)) - 1;
  const rows = useVirtualizer({
    count: moments.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan,
  });
  const held = useHeld();
  useEffect(() => {
    if (current >= 0 && !held.now) rows.scrollToIndex(current, { align: 'center' });
  }, [current, held.now, rows]);
  if (moments.length === 0) return <p className={classes.empty}>{empty}</p>;
  return (
    <div ref={scroller} className={classes.scroller} {...held.watch}>
      <ul className={classes.list} aria-label={label} style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index, key, start }) => {
          const moment = moments[index];
          return (
            moment && (
              <li key={key} ref={rows.measureElement} data-index={index} className={classes.item} style={{ transform: `translateY(${start}px)` }}>
                <UnstyledButton
                  className={classes.row}
                  data-past={index <= current || undefined}
                  aria-current={index === current ? 'time' : undefined}
                  onClick={() => goTo(controller, moment, session.tabs)}
                >
                  <span className={classes.time}>{f.duration(moment.at - session.startedAt)}</span>
                  {row(moment)}
                </UnstyledButton>
              </li>
            )
          );
        })}
      </ul>
    </div>
  );
}

/** While a person points at the list or walks it by keyboard, it does not move under them. */
function useHeld() {
  const [pointed, setPointed] = useState(false);
  const [focused, setFocused] = useState(false);
  return {
    now: pointed || focused,
    watch: {
      onPointerEnter: () => setPointed(true),
      onPointerLeave: () => setPointed(false),
      onFocus: (event: FocusEvent) => setFocused(event.target.matches(':focus-visible')),
      onBlur: () => setFocused(false),
    },
  };
}
