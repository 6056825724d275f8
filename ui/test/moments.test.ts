import { describe, expect, it } from 'vitest';
import { type Moment, type MomentKind, signalKinds } from '../src/api/types';
import { en } from '../src/i18n/en';
import { makeFormat } from '../src/i18n/format';
import { ko } from '../src/i18n/ko';
import { worthAStop, worthWaiting } from '../src/lib/moments';
import { momentDetail, momentLabel } from '../src/views/player/panel/label';

const moment = (kind: MomentKind, over: Partial<Moment> = {}): Moment => ({ at: 0, kind, label: '', ...over });

const f = makeFormat('en');

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
    expect(momentDetail(pay, en, f)).toBe('form > button');
  });

  it('is just a click where that is not told', () => {
    expect(momentLabel(moment('click'), en)).toBe('Click');
    expect(momentDetail(moment('click'), en, f)).toBe('');
  });
});

describe('what was found by itself', () => {
  it('is stopped at, and never skipped as inactivity', () => {
    for (const kind of signalKinds) {
      expect(worthAStop(moment(kind)), kind).toBe(true);
      expect(worthWaiting(moment(kind)), kind).toBe(true);
    }
  });

  it('says what it is, how often, and at what', () => {
    const rage = moment('rage', { label: '결제', selector: 'form > button', data: { count: 4 } });
    expect(momentLabel(rage, en)).toBe('Rage click 4× “결제”');
    expect(momentLabel(rage, ko)).toBe('분노 클릭 4번 “결제”');
    expect(momentDetail(rage, en, f)).toBe('form > button');
    expect(momentLabel(moment('vital', { label: 'LCP 4.2 s' }), ko)).toBe('웹 바이탈 나쁨 LCP 4.2 s');
    expect(momentLabel(moment('freeze'), en)).toBe('Freeze');
  });

  it('tells how long it took, and what it means where it has no place', () => {
    const slow = moment('slowrequest', { label: 'GET /api/orders', data: { url: 'https://shop.example/api/orders', durationMs: 4200 } });
    expect(momentLabel(slow, en)).toBe('Slow request /api/orders');
    expect(momentDetail(slow, en, f)).toBe('4.2 sec · The page waited long for an answer.');
  });
});
