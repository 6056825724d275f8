// Asks for what an opened session needs before the app is there to do so: the app's own code
// takes longer to start than the answers to come.
import { begin } from './api/client';

const session = /^\/p\/([^/]+)\/sessions\/([^/]+)$/.exec(location.pathname);
if (session) {
  const [, project = '', id = ''] = session;
  begin('/me');
  begin(`/sessions/${id}`, { project: decodeURIComponent(project) });
  void import('./views/player/PlayerView');
}
