import { type Moment, type Page, signalKinds } from '../api/types';
import { type Look, lookOf } from '../lib/moments';

// What the timeline shows, worked out apart from how it is drawn. Places are shares of
// the whole, 0 to 1.

export interface Extent {
  start: number;
  end: number;
}

const share = (at: number, { start, end }: Extent) => Math.min(1, Math.max(0, (at - start) / Math.max(1, end - start)));

/** How busy each of `bins` equal stretches is, 0 to 1; the busiest is 1. */
export function density(moments: readonly Moment[], extent: Extent, bins: number): number[] {
  const counts = new Array<number>(bins).fill(0);
  for (const { at } of moments) {
    const bin = Math.min(bins - 1, Math.floor(share(at, extent) * bins));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  // The square root keeps a single burst from flattening everything else.
  const most = Math.sqrt(Math.max(1, ...counts));
  return counts.map((count) => Math.sqrt(count) / most);
}

export interface Mark {
  look: Look;
  at: number;
  place: number;
  /** Moments of one kind that are too close together to tell apart share a mark. */
  moments: Moment[];
}

/** What happened and what was said, weakest first. */
export const happened: readonly Look[] = ['click', 'custom', 'request', 'error', 'response'];
/** What was found in that by itself. */
export const found: readonly Look[] = signalKinds;

/** Marks for moments of some looks, each at least `apart` from the next. */
export function marks(moments: readonly Moment[], looks: readonly Look[], extent: Extent, apart: number): Mark[] {
  const last = new Map<Look, Mark>();
  const all: Mark[] = [];
  for (const moment of moments) {
    const look = lookOf(moment);
    if (!looks.includes(look) || moment.kind === 'console') continue;
    const place = share(moment.at, extent);
    const before = last.get(look);
    if (before && place - before.place < apart) {
      before.moments.push(moment);
      continue;
    }
    const mark = { look, at: moment.at, place, moments: [moment] };
    last.set(look, mark);
    all.push(mark);
  }
  return spread(all, looks, apart);
}

/** Moves marks of different kinds beside each other; a click gives way to anything else. */
function spread(all: readonly Mark[], looks: readonly Look[], apart: number): Mark[] {
  const strong = all.filter((mark) => mark.look !== 'click');
  const kept = all.filter((mark) => mark.look !== 'click' || !strong.some((other) => Math.abs(other.place - mark.place) < apart));
  let from = -Infinity;
  return [...kept]
    .sort((a, b) => a.place - b.place || looks.indexOf(a.look) - looks.indexOf(b.look))
    .map((mark) => {
      const place = Math.max(mark.place, from);
      from = place + apart;
      return { ...mark, place };
    });
}

export interface Segment<T> {
  from: number;
  to: number;
  of: T;
}

export interface PageSegment extends Segment<Page> {
  /** How many more pages were opened in it. */
  more: number;
}

/**
 * Stretches of the timeline that each page was open for. All but the last are at least `least`
 * long, so that a long session has not more of them: what is shorter goes together with what
 * comes next, under the name of the page that was open longest.
 */
export function pageSegments(pages: readonly Page[], tab: string, extent: Extent, least: number): PageSegment[] {
  const own = pages.filter((page) => page.tab === tab || page.tab === '').sort((a, b) => a.at - b.at);
  const found: PageSegment[] = [];
  let longest = 0;
  own.forEach((page, i) => {
    const from = share(i === 0 ? extent.start : page.at, extent);
    const to = share(own[i + 1]?.at ?? extent.end, extent);
    const last = found.at(-1);
    if (to <= from) return;
    if (last && last.to - last.from < least) {
      if (to - from > longest) last.of = page;
      longest = Math.max(longest, to - from);
      last.to = to;
      last.more++;
    } else {
      found.push({ from, to, of: page, more: 0 });
      longest = to - from;
    }
  });
  return found;
}

export function spanSegments<T extends { from: number; to: number }>(spans: readonly T[], extent: Extent): Segment<T>[] {
  return spans.map((span) => ({ from: share(span.from, extent), to: share(span.to, extent), of: span }));
}

export { share };
