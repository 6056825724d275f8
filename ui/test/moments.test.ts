import { describe, expect, it } from 'vitest';
import type { Moment, MomentKind } from '../src/api/types';
import { en } from '../src/i18n/en';
import { worthAStop } from '../src/lib/moments';
import { momentDetail, momentLabel } from '../src/views/player/panel/label';

const moment = (kind: MomentKind, over: Partial<Moment> = {}): Moment => ({ at: 0, kind, label: '', ...over });

describe('hopping between moments', () => {
  it('stops at pages, trouble and what was said or tracked', () => {
    for (const kind of ['page', 'error', 'response', 'custom'] as const) expect(worthAStop(moment(kind)), kind).toBe(true);
    expect(worthAStop(moment('request', { data: { status: 500 } }))).toBe(true);
    expect(worthAStop(moment('console', { data: { level: 'error' } }))).toBe(true);
  });

  it('passes by what is too frequent to be of use', () => {
    for (const kind of ['click', 'input', 'identify'] as const) expect(worthAStop(moment(kind)), kind).toBe(false);
    expect(worthAStop(moment('request', { data: { status: 200 } }))).toBe(false);
    expect(worthAStop(moment('console', { data: { level: 'log' } }))).toBe(false);
  });
});

describe('a click', () => {
  it('is called by what was clicked, with its place below', () => {
    const pay = moment('click', { label: 'Pay', selector: 'form > button' });
    expect(momentLabel(pay, en)).toBe('“Pay”');
    expect(momentDetail(pay)).toBe('form > button');
  });

  it('is just a click where that is not told', () => {
    expect(momentLabel(moment('click'), en)).toBe('Click');
    expect(momentDetail(moment('click'))).toBe('');
  });
});
