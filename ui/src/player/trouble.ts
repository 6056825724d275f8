import { ApiError } from '../api/client';
import type { Trouble } from './store';

/** Tells the conditions apart that a viewer can do different things about. */
export function troubleOf(error: unknown): Trouble {
  // Also an answer that broke off on its way.
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
