import type { Locale } from './plural';

/** How numbers and times are written in one language. Times are unix milliseconds. */
export interface Format {
  number(value: number): string;
  bytes(value: number): string;
  /** 3 → "0:03", 83 000 ms → "1:23", 3 723 000 ms → "1:02:03". */
  duration(ms: number): string;
  /** A stretch of time in words: "12 sec", "2 min 5 sec". */
  span(ms: number): string;
  /** How long something took: "240 ms", from a second on "1.2 sec". */
  latency(ms: number): string;
  /** "3 minutes ago"; a date after a week. */
  relative(at: number, now: number): string;
  /** Date and time to the second. */
  exact(at: number): string;
  clock(at: number): string;
  country(code: string): string;
  language(code: string): string;
}

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** Beyond a week "9 days ago" is harder to place than a date. */
const relativeMsMax = 7 * dayMs;

export function duration(ms: number): string {
  const all = Math.max(0, Math.floor(ms / secondMs));
  const hours = Math.floor(all / 3600);
  const minutes = Math.floor((all % 3600) / 60);
  const seconds = String(all % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${seconds}` : `${minutes}:${seconds}`;
}

function relativeUnit(ms: number): [number, Intl.RelativeTimeFormatUnit] {
  const past = Math.abs(ms);
  if (past < minuteMs) return [Math.round(ms / secondMs), 'second'];
  if (past < hourMs) return [Math.trunc(ms / minuteMs), 'minute'];
  if (past < dayMs) return [Math.trunc(ms / hourMs), 'hour'];
  return [Math.trunc(ms / dayMs), 'day'];
}

/** A name for a code, or the code itself where the platform knows none. */
function named(names: Intl.DisplayNames, code: string): string {
  try {
    return names.of(code) ?? code;
  } catch {
    return code; // not a well-formed code; shown as recorded
  }
}

const byteUnits = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

export function makeFormat(locale: Locale): Format {
  const number = new Intl.NumberFormat(locale);
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' });
  const date = new Intl.DateTimeFormat(locale, { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hour12: false });
  const exact = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium', hour12: false });
  const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });
  const regions = new Intl.DisplayNames(locale, { type: 'region' });
  const languages = new Intl.DisplayNames(locale, { type: 'language' });
  const sizes = byteUnits.map(
    (unit) => new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: unit === 'byte' ? 0 : 1 }),
  );
  const unit = (name: 'minute' | 'second') => new Intl.NumberFormat(locale, { style: 'unit', unit: name, unitDisplay: 'short' });
  const [minutes, seconds] = [unit('minute'), unit('second')];
  const exactSeconds = new Intl.NumberFormat(locale, { style: 'unit', unit: 'second', unitDisplay: 'short', maximumFractionDigits: 1 });
  return {
    span: (ms) => {
      const all = Math.max(1, Math.round(ms / secondMs));
      const rest = all % 60 > 0 || all < 60 ? seconds.format(all % 60) : '';
      return all < 60 ? rest : [minutes.format(Math.floor(all / 60)), rest].filter(Boolean).join(' ');
    },
    latency: (ms) => (ms < secondMs ? `${number.format(Math.round(ms))} ms` : exactSeconds.format(ms / secondMs)),
    number: (value) => number.format(value),
    bytes: (value) => {
      const step = Math.min(sizes.length - 1, value < 1 ? 0 : Math.floor(Math.log10(value) / 3));
      return sizes[step]!.format(value / 1000 ** step);
    },
    duration,
    relative: (at, now) => {
      const ms = at - now;
      if (Math.abs(ms) > relativeMsMax) return date.format(at);
      return relative.format(...relativeUnit(ms));
    },
    exact: (at) => exact.format(at),
    clock: (at) => clock.format(at),
    country: (code) => named(regions, code),
    language: (code) => named(languages, code),
  };
}
