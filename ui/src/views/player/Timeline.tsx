import { Tooltip, UnstyledButton } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { type KeyboardEvent, useMemo } from 'react';
import { useLanguage } from '../../i18n/i18n';
import { pathOf } from '../../lib/session';
import { density, found, happened, type Mark, marks, pageSegments, spanSegments } from '../../player/timeline';
import { MomentIcon } from '../../ui/MomentIcon';
import { usePlayer, usePlaying } from './context';
import { GapStretch } from './Gaps';
import { momentLabel } from './panel/label';
import classes from './Timeline.module.css';

const bins = 160;
/** Marks nearer than this would overlap. */
const apartPx = 17;
/** The width that marks are laid out for until the real one is known. */
const widthPx = 800;
/** Narrower than this share of the width, a page's name could not be read. */
const pageLeast = 0.04;
const keyStepMs = 5_000;
const percent = (share: number) => `${share * 100}%`;

/** The whole session at a glance: marks, how busy it was, what is missing, and its pages; and the slider. */
export function Timeline() {
  const { t } = useLanguage();
  const { session, moments } = usePlaying();
  const tab = usePlayer((s) => s.tab);
  const start = usePlayer((s) => s.start);
  const end = usePlayer((s) => s.end);
  const gaps = usePlayer((s) => s.gaps);
  const { ref, width } = useElementSize();
  const shown = useMemo(() => {
    const extent = { start, end };
    const own = moments.filter((moment) => !moment.tab || moment.tab === tab);
    const apart = apartPx / (width || widthPx);
    const signals = marks(own, found, extent, apart);
    return {
      density: density(own, extent, bins),
      // Signals have a row of their own: they lie where the clicks and errors do that they are of.
      rows: [...(signals.length > 0 ? [signals] : []), marks(own, happened, extent, apart)],
      pages: pageSegments(session.pages ?? [], tab, extent, pageLeast),
      gaps: spanSegments(gaps, extent),
    };
  }, [moments, session.pages, gaps, tab, start, end, width]);
  return (
    <section ref={ref} className={classes.timeline} aria-label={t.player.timeline}>
      {shown.rows.map((row, i) => (
        // Rows never change places.
        <div key={shown.rows.length - i} className={classes.marks}>
          {row.map((mark) => (
            <MarkButton key={`${mark.look} ${mark.at}`} mark={mark} />
          ))}
        </div>
      ))}
      <div className={classes.track}>
        <div className={classes.density} aria-hidden>
          {shown.density.map((height, i) => (
            // Bars are places on the line: their number is what they are.
            <span key={i} style={{ height: height === 0 ? 2 : percent(0.15 + height * 0.85) }} />
          ))}
        </div>
        <Slider />
        {shown.gaps.map((gap) => (
          <GapStretch key={`${gap.of.why} ${gap.of.from}`} stretch={gap} />
        ))}
      </div>
      <div className={classes.pages} role="list" aria-label={t.player.pagesRow}>
        {shown.pages.map((page) => (
          <Tooltip key={page.of.at} label={`${page.of.title ? `${page.of.title} · ` : ''}${page.of.url}${page.more ? ` +${page.more}` : ''}`}>
            <div className={classes.page} role="listitem" style={{ left: percent(page.from), width: percent(page.to - page.from) }}>
              {pathOf(page.of.url)}
            </div>
          </Tooltip>
        ))}
      </div>
      <Head />
    </section>
  );
}

function MarkButton({ mark }: { mark: Mark }) {
  const { t, f } = useLanguage();
  const { controller, session } = usePlaying();
  const first = mark.moments[0];
  if (!first) return null;
  const more = mark.moments.length > 1 ? ` ×${mark.moments.length}` : '';
  const label = `${f.duration(mark.at - session.startedAt)} ${momentLabel(first, t, f)}${more}`;
  return (
    <Tooltip label={label} multiline maw={360} openDelay={100}>
      <UnstyledButton
        className={classes.mark}
        data-quiet={mark.look === 'click' || undefined}
        style={{ left: percent(mark.place) }}
        aria-label={label}
        tabIndex={-1} // The same moments are in the list beside, in order, for the keyboard.
        onClick={() => controller.seek(mark.at)}
      >
        <MomentIcon look={mark.look} size={mark.look === 'click' ? 12 : 16} />
      </UnstyledButton>
    </Tooltip>
  );
}

function Slider() {
  const { t } = useLanguage();
  const { controller } = usePlaying();
  const start = usePlayer((s) => s.start);
  const end = usePlayer((s) => s.end);
  const at = usePlayer((s) => s.at);
  const seconds = Math.floor((at - start) / 1000);
  const keys = (event: KeyboardEvent<HTMLInputElement>) => {
    const by = { ArrowLeft: -keyStepMs, ArrowDown: -keyStepMs, ArrowRight: keyStepMs, ArrowUp: keyStepMs }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    controller.seek(at + by);
  };
  return (
    <input
      type="range"
      className={classes.slider}
      min={0}
      max={Math.max(1, end - start)}
      step={100}
      value={Math.max(0, at - start)}
      onChange={(event) => controller.seek(start + Number(event.currentTarget.value))}
      onKeyDown={keys}
      aria-label={t.player.seek}
      aria-valuetext={t.player.at(Math.floor(seconds / 60), seconds % 60)}
    />
  );
}

/** The line at the time that is shown, with what was played already behind it. */
function Head() {
  const place = usePlayer((s) => (s.at - s.start) / Math.max(1, s.end - s.start));
  return <div className={classes.head} style={{ left: percent(Math.min(1, Math.max(0, place))) }} aria-hidden />;
}
