import type { Moment, SignalKind } from '../../../api/types';
import type { Catalogue } from '../../../i18n/catalogue';
import type { Format } from '../../../i18n/format';
import { isSignal, number, text } from '../../../lib/moments';
import { pathOf } from '../../../lib/session';

/** One line that says what happened. */
export function momentLabel(moment: Moment, t: Catalogue, f: Format): string {
  if (isSignal(moment)) return signalLabel(moment, t, f);
  switch (moment.kind) {
    case 'page':
      return text(moment, 'title') || pathOf(text(moment, 'url') || moment.label);
    case 'request':
      return requestLabel(moment);
    case 'click':
      return moment.label ? `“${moment.label}”` : t.panel.kind.click;
    default:
      return moment.label || moment.selector || t.panel.kind[moment.kind];
  }
}

/** What was found, how often, and at what. */
function signalLabel(moment: Moment & { kind: SignalKind }, t: Catalogue, f: Format): string {
  const count = number(moment, 'count') ?? 0;
  const often = count > 1 && moment.kind !== 'thrash' ? t.panel.times(count) : '';
  return [t.panel.kind[moment.kind], often, objectOf(moment, f)].filter(Boolean).join(' ');
}

function objectOf(moment: Moment & { kind: SignalKind }, f: Format): string {
  const ms = number(moment, 'durationMs');
  const page = text(moment, 'page');
  switch (moment.kind) {
    case 'rage':
    case 'dead':
    case 'abandon':
      return moment.label && `“${moment.label}”`;
    case 'slowrequest':
      return requestLabel(moment);
    case 'slowpage':
    case 'quickback':
    case 'refresh':
      return page && pathOf(page);
    case 'vital':
      return measured(moment, f);
    case 'freeze':
    case 'thrash':
      return ms === undefined ? moment.label : f.latency(ms);
    case 'errorclick':
      return moment.label;
  }
}

/** A measure of how fast a page was: its name and value. */
function measured(moment: Moment, f: Format): string {
  const [name, value] = [text(moment, 'name'), number(moment, 'value')];
  if (value === undefined) return moment.label;
  return `${name} ${name === 'CLS' ? f.number(Math.round(value * 100) / 100) : f.latency(value)}`;
}

function requestLabel(moment: Moment): string {
  const url = text(moment, 'url');
  const status = number(moment, 'status');
  if (!url) return moment.label;
  return [text(moment, 'method'), pathOf(url), status ? String(status) : ''].filter(Boolean).join(' ');
}

/** The smaller second line: where it happened, or what it means. */
export function momentDetail(moment: Moment, t: Catalogue, f: Format): string {
  if (isSignal(moment)) return signalDetail(moment, t, f);
  switch (moment.kind) {
    case 'page':
      return pathOf(text(moment, 'url') || moment.label);
    case 'click':
      return moment.selector ?? '';
    case 'input':
      return moment.label ? (moment.selector ?? '') : '';
    case 'error':
      return text(moment, 'source') ? `${pathOf(text(moment, 'source'))}:${number(moment, 'line') ?? ''}` : '';
    case 'custom':
      return moment.data?.props ? JSON.stringify(moment.data.props) : '';
    default:
      return '';
  }
}

/** Where it was, or how long it took, and else what it means. */
function signalDetail(moment: Moment & { kind: SignalKind }, t: Catalogue, f: Format): string {
  const meaning = t.panel.meaning[moment.kind];
  const took = number(moment, moment.kind === 'slowpage' ? 'value' : 'durationMs');
  switch (moment.kind) {
    case 'slowrequest':
    case 'slowpage':
    case 'quickback':
      return [took === undefined ? '' : f.latency(took), meaning].filter(Boolean).join(' · ');
    case 'vital':
      return pathOf(text(moment, 'page')) || meaning;
    default:
      return moment.selector || meaning;
  }
}
