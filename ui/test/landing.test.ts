import { describe, expect, it } from 'vitest';
import type { Project } from '../src/api/types';
import { landingProject } from '../src/lib/landing';

const projects = ['default', 'demo', 'shop'].map((id): Project => ({ id, name: id, publicKey: '', siteOrigins: [], retentionDays: 0, createdAt: 0 }));

describe('an address without a project', () => {
  it('leads to the demo while it runs', () => {
    expect(landingProject({ projects, demoUrl: '/demo/' }, 'shop')).toBe('demo');
  });

  it('does not lead to a demo that one may not see', () => {
    expect(landingProject({ projects: projects.filter((p) => p.id !== 'demo'), demoUrl: '/demo/' }, '')).toBe('default');
  });

  it('leads to where one was last, else to the first', () => {
    expect(landingProject({ projects, demoUrl: '' }, 'shop')).toBe('shop');
    expect(landingProject({ projects, demoUrl: '' }, 'gone')).toBe('default');
    expect(landingProject({ projects: [], demoUrl: '' }, 'shop')).toBeUndefined();
  });
});
