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
    expect(momentLabel(pay, en, f)).toBe('“Pay”');
    expect(momentDetail(pay, en, f)).toBe('form > button');
  });

  it('is just a click where that is not told', () => {
    expect(momentLabel(moment('click'), en, f)).toBe('Click');
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
    const rage = moment('rage', { label: '결제', selector: 'form > button', data: { count: 4, durationMs: 900 } });
    expect(momentLabel(rage, en, f)).toBe('Rage click 4× “결제”');
    expect(momentLabel(rage, ko, f)).toBe('분노 클릭 4번 “결제”');
    expect(momentDetail(rage, en, f)).toBe('form > button');
    expect(momentLabel(moment('errorclick', { label: 'Pay → TypeError: x is null' }), en, f)).toBe('Error click Pay → TypeError: x is null');
    expect(momentLabel(moment('dead'), en, f)).toBe('Dead click');
    expect(momentDetail(moment('dead'), en, f)).toBe('Clicked, and nothing on the page answered.');
  });

  it('writes measures as the language does', () => {
    const korean = makeFormat('ko');
    expect(momentLabel(moment('vital', { label: 'LCP 4.2 s', data: { name: 'LCP', value: 4200, page: 'https://shop.example/cart?x=1' } }), ko, korean)).toBe('웹 바이탈 나쁨 LCP 4.2초');
    expect(momentDetail(moment('vital', { data: { page: 'https://shop.example/cart' } }), ko, korean)).toBe('/cart');
    expect(momentLabel(moment('vital', { data: { name: 'CLS', value: 0.3141 } }), en, f)).toBe('Poor web vital CLS 0.31');
    expect(momentLabel(moment('freeze', { label: '1.5 s', data: { durationMs: 1500 } }), ko, korean)).toBe('멈춤 1.5초');
  });

  it('tells where, and how long it took', () => {
    const slow = moment('slowrequest', { label: 'GET https://shop.example/api/orders 4.2 s', data: { method: 'GET', url: 'https://shop.example/api/orders', status: 200, durationMs: 4200 } });
    expect(momentLabel(slow, en, f)).toBe('Slow request GET /api/orders 200');
    expect(momentDetail(slow, en, f)).toBe('4.2 sec · The page waited long for an answer.');
    const page = { data: { page: 'https://shop.example/cart', count: 3, durationMs: 5000, value: 6000 } };
    expect(momentLabel(moment('refresh', page), en, f)).toBe('Repeated reload 3× /cart');
    expect(momentDetail(moment('slowpage', page), en, f)).toBe('6 sec · The page took long to show itself.');
  });
});
