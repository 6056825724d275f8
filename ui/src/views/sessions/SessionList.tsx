import { Skeleton } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useEffect, useRef, useState } from 'react';
import type { SessionHit } from '../../api/types';
import { useLanguage } from '../../i18n/i18n';
import { Delayed } from '../../ui/Delayed';
import classes from './SessionList.module.css';
import { SessionRow } from './SessionRow';

const rowPx = 52;
const overscan = 12;
/** The next page is asked for when this many rows are left below. */
const rowsAhead = 20;
const topPx = 8;

interface Props {
  sessions: SessionHit[];
  /** The list is of an earlier search, and the new one is on its way. */
  stale: boolean;
  more: boolean;
  onMore: () => void;
  onAtTop: (atTop: boolean) => void;
}

/** The sessions found: only the rows in sight exist, j and k walk them, more come while scrolling. */
export function SessionList({ sessions, stale, more, onMore, onAtTop }: Props) {
  const { t } = useLanguage();
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: sessions.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    getItemKey: (index) => sessions[index]?.id ?? index,
    overscan,
  });
  const visible = rows.getVirtualItems();
  const last = visible.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && last >= sessions.length - rowsAhead) onMore();
  }, [more, last, sessions.length, onMore]);

  const select = useSelection(sessions, scroller, (index) => rows.scrollToIndex(index, { align: 'auto' }));
  return (
    <div
      ref={scroller}
      className={classes.scroller}
      data-stale={stale || undefined}
      onScroll={(event) => onAtTop(event.currentTarget.scrollTop <= topPx)}
    >
      <ul className={classes.list} aria-label={t.sessions.list} style={{ height: rows.getTotalSize() }}>
        {visible.map((row) => {
          const session = sessions[row.index];
          return (
            session && (
              <li
                key={row.key}
                ref={rows.measureElement}
                data-index={row.index}
                className={classes.row}
                aria-setsize={more ? -1 : sessions.length}
                aria-posinset={row.index + 1}
                style={{ transform: `translateY(${row.start}px)` }}
              >
                <SessionRow session={session} onFocus={() => select(session.id)} />
              </li>
            )
          );
        })}
      </ul>
      <p className={classes.end}>{more ? t.sessions.loadingMore : t.sessions.end}</p>
    </div>
  );
}

/** Walks the rows with j and k by moving the focus; remembers the session, not its place. */
function useSelection(sessions: SessionHit[], scroller: RefObject<HTMLDivElement | null>, scrollTo: (index: number) => void) {
  const [chosen, setChosen] = useState<string | null>(null);
  const move = (by: number) => {
    const at = sessions.findIndex((session) => session.id === chosen);
    const next = at === -1 ? 0 : Math.min(sessions.length - 1, Math.max(0, at + by));
    const session = sessions[next];
    if (!session) return;
    setChosen(session.id);
    scrollTo(next);
    // The row exists once the list has scrolled to it.
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-session="${CSS.escape(session.id)}"]`)?.focus());
  };
  useHotkeys([
    ['j', () => move(1)],
    ['k', () => move(-1)],
    ['ArrowDown', () => move(1)],
    ['ArrowUp', () => move(-1)],
  ]);
  return setChosen;
}

/** What stands in for the list while it is loading for longer than a moment. */
export function SessionSkeleton() {
  return (
    <Delayed>
      <div aria-hidden>
        {Array.from({ length: 9 }, (_, i) => (
          <div key={i} className={classes.skeleton}>
            <Skeleton height={10} width={72} />
            <Skeleton height={10} width={`${30 + ((i * 17) % 30)}%`} />
          </div>
        ))}
      </div>
    </Delayed>
  );
}
