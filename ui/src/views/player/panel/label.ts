import type { Moment } from '../../../api/types';
import type { Catalogue } from '../../../i18n/catalogue';
import { number, text } from '../../../lib/moments';
import { pathOf } from '../../../lib/session';

/** One line that says what happened. */
export function momentLabel(moment: Moment, t: Catalogue): string {
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

function requestLabel(moment: Moment): string {
  const url = text(moment, 'url');
  const status = number(moment, 'status');
  if (!url) return moment.label;
  return [text(moment, 'method'), pathOf(url), status ? String(status) : ''].filter(Boolean).join(' ');
}

/** The smaller second line: where it happened. */
export function momentDetail(moment: Moment): string {
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
