import type { Moment, SignalKind } from '../../../api/types';
import type { Catalogue } from '../../../i18n/catalogue';
import type { Format } from '../../../i18n/format';
import { isSignal, number, text } from '../../../lib/moments';
import { pathOf } from '../../../lib/session';

/** One line that says what happened. */
export function momentLabel(moment: Moment, t: Catalogue): string {
  if (isSignal(moment)) return signalLabel(moment, t);
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

/** What was found, how often, and at what: a thing clicked stands in quotes, an address or a measure does not. */
function signalLabel(moment: Moment & { kind: SignalKind }, t: Catalogue): string {
  const count = number(moment, 'count') ?? 0;
  const at = onElement.has(moment.kind) ? moment.label && `“${moment.label}”` : pathOf(text(moment, 'url')) || moment.label;
  return [t.panel.kind[moment.kind], count > 1 ? t.panel.times(count) : '', moment.kind === 'vital' ? moment.label : at].filter(Boolean).join(' ');
}

const onElement: ReadonlySet<SignalKind> = new Set<SignalKind>(['rage', 'dead', 'errorclick', 'abandon']);

function requestLabel(moment: Moment): string {
  const url = text(moment, 'url');
  const status = number(moment, 'status');
  if (!url) return moment.label;
  return [text(moment, 'method'), pathOf(url), status ? String(status) : ''].filter(Boolean).join(' ');
}

/** The smaller second line: where it happened, or what it means. */
export function momentDetail(moment: Moment, t: Catalogue, f: Format): string {
  if (isSignal(moment)) {
    const ms = number(moment, 'durationMs');
    return [ms === undefined ? '' : f.latency(ms), moment.selector || t.panel.meaning[moment.kind]].filter(Boolean).join(' · ');
  }
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
