import { describe, expect, it } from 'vitest';
import { trailOf } from '../src/lib/trail';

const page = (at: number, path: string) => ({ at, tab: 'a', url: `https://shop.example.com${path}`, title: 'Shop' });

describe('the trail of a visit', () => {
  it('is the paths in order, each told once while one stays', () => {
    expect(trailOf([page(3, '/cart'), page(1, '/?from=mail'), page(2, '/'), page(4, '/'), page(5, '/')])).toEqual(['/', '/cart', '/']);
  });

  it('tells what a site routes by, and keeps what is no address', () => {
    expect(trailOf([page(1, '/#/cart'), page(2, '/#top'), { at: 3, tab: 'a', url: 'somewhere' }])).toEqual(['/#/cart', '/', 'somewhere']);
  });
});
