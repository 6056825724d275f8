import { afterEach, describe, expect, it, vi } from 'vitest';
import { ApiError, apiPath, call, get } from '../src/api/client';
import { worthRetrying } from '../src/api/queries';
import { retryable, troubleOf } from '../src/player/trouble';

const answer = (status: number, body: string, type = 'application/json') =>
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(status === 204 ? null : body, { status, headers: { 'content-type': type } })));

afterEach(() => vi.unstubAllGlobals());

const failure = async (): Promise<ApiError> => {
  try {
    await get('/sessions');
  } catch (error) {
    if (error instanceof ApiError) return error;
  }
  throw new Error('did not fail with an ApiError');
};

describe('the client', () => {
  it('leaves out what was not asked for', () => {
    expect(apiPath('/sessions', { q: 'a b', from: undefined, total: true, facets: false, cursor: '' })).toBe('/api/v1/sessions?q=a+b&total=true');
  });

  it('gives JSON, and nothing where there is nothing', async () => {
    answer(200, '{"items":[]}');
    expect(await get('/sessions')).toEqual({ items: [] });
    answer(204, '');
    expect(await call('DELETE', '/sessions/1')).toBeUndefined();
  });

  it('tells what a problem document says', async () => {
    answer(400, '{"type":"https://afterimage.dev/problems/bad-query","title":"x","detail":"no filter","position":4,"end":9,"code":"unknown-key","args":["browzer","browser"],"hint":"quote it"}', 'application/problem+json');
    expect(await failure()).toMatchObject({
      status: 400, slug: 'bad-query', detail: 'no filter', query: { position: 4, end: 9, code: 'unknown-key', args: ['browzer', 'browser'], hint: 'quote it' },
    });
  });

  it('survives answers that are no problem documents', async () => {
    answer(502, '<h1>Bad gateway</h1>', 'text/html');
    expect(await failure()).toMatchObject({ status: 502, slug: '', detail: '', query: undefined });
    answer(500, '{not json', 'application/problem+json');
    expect(await failure()).toMatchObject({ status: 500, slug: '' });
  });

  it('tells an unreachable service from one that refuses', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('failed')));
    const error = await failure();
    expect(error.status).toBe(0);
    expect(worthRetrying(0, error)).toBe(true);
    expect(worthRetrying(2, error)).toBe(false);
    expect(worthRetrying(0, new ApiError(404, 'not-found', ''))).toBe(false);
  });
});

describe('trouble while playing', () => {
  it('is told apart', () => {
    const of = (status: number, slug = '') => troubleOf(new ApiError(status, slug, ''));
    expect([of(410), of(404), of(403), of(401), of(0), of(503), of(500, 'damaged'), of(500)]).toEqual([
      'erased', 'notFound', 'denied', 'denied', 'offline', 'offline', 'damaged', 'failed',
    ]);
    expect(retryable(new TypeError('broke off'))).toBe(true);
    expect(retryable(new ApiError(410, 'erased', ''))).toBe(false);
  });
});
