import { QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiError } from './client';
import { keys, worthRetrying } from './queries';

/** What the service answered, for all views; the views' first requests are made before the views are (ahead.ts). */
export const cache: QueryClient = new QueryClient({
  queryCache: new QueryCache({
    // A sign-in that ended shows in any request; asking who we are leads to the sign-in view.
    onError: (error, query) => {
      if (error instanceof ApiError && error.status === 401 && query.queryKey[0] !== 'me') void cache.invalidateQueries({ queryKey: keys.me });
    },
  }),
  defaultOptions: { queries: { retry: worthRetrying, refetchOnWindowFocus: false } },
});
