import { Tooltip } from '@mantine/core';
import { IconClick, IconCloudX, IconHexagonLetterX, IconMessage2, type TablerIcon } from '@tabler/icons-react';
import type { Counts } from '../api/types';
import { useLanguage } from '../i18n/i18n';
import classes from './Signals.module.css';

interface Signal {
  icon: TablerIcon;
  look: string | undefined;
  count: number;
  text: string;
}

/** How often each kind of trouble happened, each with an icon of its own. */
export function Signals({ counts, columns }: { counts: Counts; /** Each kind keeps its place, so that rows line up. */ columns?: boolean }) {
  const { t, f } = useLanguage();
  const signals: Signal[] = [
    { icon: IconHexagonLetterX, look: classes.error, count: counts.errors, text: t.sessions.errors(counts.errors) },
    { icon: IconCloudX, look: classes.request, count: counts.failedRequests, text: t.sessions.failedRequests(counts.failedRequests) },
    { icon: IconMessage2, look: classes.response, count: counts.responses, text: t.sessions.responses(counts.responses) },
    { icon: IconClick, look: classes.click, count: counts.clicks, text: t.sessions.clicks(counts.clicks) },
  ];
  return (
    <span className={classes.signals} data-columns={columns || undefined}>
      {signals.map((signal, place) =>
        signal.count === 0 ? null : (
          <Tooltip key={signal.text} label={signal.text}>
            <span className={`${classes.signal} ${signal.look ?? ''}`} role="img" aria-label={signal.text} style={{ gridColumn: place + 1 }}>
              <signal.icon size={15} stroke={1.9} aria-hidden />
              {f.number(signal.count)}
            </span>
          </Tooltip>
        ),
      )}
    </span>
  );
}
