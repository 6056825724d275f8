import type { Me } from '../api/types';

/** The project that the demo shop records into. */
export const demoProject = 'demo';

const lastKey = 'afterimage.project';

/** The project that was looked at last in this browser; '' if none was. */
export function lastProject(): string {
  return localStorage.getItem(lastKey) ?? '';
}

export function rememberProject(id: string) {
  localStorage.setItem(lastKey, id);
}

/**
 * Where an address without a project leads: to the demo while it runs, as there is nothing
 * else to see on a first look; else to the project looked at last, or the first one.
 */
export function landingProject({ projects, demoUrl }: Pick<Me, 'projects' | 'demoUrl'>, last: string): string | undefined {
  const has = (id: string) => projects.some((project) => project.id === id);
  if (demoUrl && has(demoProject)) return demoProject;
  return has(last) ? last : projects[0]?.id;
}
