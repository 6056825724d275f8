// Asks for what an opened session needs before the app is there to do so: the app's own code
// takes longer to start than the answers to come.
import { cache } from './api/cache';
import { meQuery, sessionQuery } from './api/queries';

const session = /^\/p\/([\w-]+)\/sessions\/([\w-]+)$/.exec(location.pathname);
if (session) {
  const [, project = '', id = ''] = session;
  void cache.prefetchQuery(meQuery);
  void cache.prefetchQuery(sessionQuery(project, id));
  void import('./views/player/PlayerView');
}
