import { afterEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../src/api/client';
import { exportPath, nameTaken } from '../src/api/searching';
import { differs, fieldsOf, savedParams } from '../src/views/sessions/saved';

const shown = { q: 'has:rage', range: '7d', sort: 'newest' } as const;

describe('a saved search', () => {
  const saved = { id: 'x1', query: 'has:rage', period: '7d', sort: 'newest' } as const;

  it('has the address of the search itself', () => {
    expect(savedParams(saved).toString()).toBe('q=has%3Arage&saved=x1');
    expect(savedParams({ id: 'x2', query: '결제 불만', period: '', sort: 'oldest' }).toString()).toBe(new URLSearchParams({ q: '결제 불만', period: 'all', sort: 'oldest', saved: 'x2' }).toString());
  });

  it('is told from what became of it', () => {
    expect(differs(saved, shown)).toBe(false);
    expect(differs(saved, { ...shown, q: 'has:rage 결제' })).toBe(true);
    expect(differs(saved, { ...shown, range: 'all' })).toBe(true);
    expect(differs({ ...saved, period: '' }, { ...shown, range: 'all' })).toBe(false);
    expect(differs(saved, { ...shown, sort: 'oldest' })).toBe(true);
    // A period that this app does not offer is shown as the standard one.
    expect(differs({ ...saved, period: '3w' }, shown)).toBe(false);
  });

  it('keeps all time as no period', () => {
    expect(fieldsOf(shown)).toEqual({ query: 'has:rage', period: '7d', sort: 'newest' });
    expect(fieldsOf({ ...shown, range: 'all' }).period).toBe('');
  });

  it('knows when its name is taken', () => {
    expect(nameTaken(new ApiError(409, 'exists', ''))).toBe(true);
    expect(nameTaken(new ApiError(409, 'too-many', ''))).toBe(false);
    expect(nameTaken(new Error('x'))).toBe(false);
  });
});

describe('an export', () => {
  afterEach(() => vi.useRealTimers());

  it('is of the same sessions, in the same days', () => {
    vi.useFakeTimers({ now: 1_800_000_000_000 });
    const address = new URL(exportPath({ project: 'demo', q: '결제', backMs: 3_600_000, sort: 'newest' }, 'csv'), 'https://a.example');
    expect(address.pathname).toBe('/api/v1/sessions/export');
    expect(Object.fromEntries(address.searchParams)).toEqual({
      project: 'demo', q: '결제', sort: 'newest', tz: Intl.DateTimeFormat().resolvedOptions().timeZone, from: '1799996400000', format: 'csv',
    });
  });
});
