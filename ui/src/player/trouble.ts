import { ApiError } from '../api/client';
import { BrokenOff } from './source';
import type { Trouble } from './store';

/** Tells the conditions apart that a viewer can do different things about. */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof BrokenOff) return 'damaged'; // even of the shortest window, while the service answers
  if (!(error instanceof ApiError)) return 'offline';
  if (error.slug === 'damaged') return 'damaged';
  if (error.status === 410) return 'erased';
  if (error.status === 404) return 'notFound';
  if (error.status === 401 || error.status === 403) return 'denied';
  if (error.status === 0 || error.status >= 502) return 'offline';
  return 'failed';
}

/** Whether trying again by itself may help. */
export function retryable(error: unknown): boolean {
  return troubleOf(error) === 'offline';
}
