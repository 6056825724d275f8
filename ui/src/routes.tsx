import { createBrowserRouter } from 'react-router';
import { Crash } from './shell/Crash';
import { Home, NotFound, Signed } from './shell/Signed';
import { LoginView } from './views/login/LoginView';
import { PlayerView } from './views/player/PlayerView';
import { SessionsView } from './views/sessions/SessionsView';

export const router = createBrowserRouter([
  {
    errorElement: <Crash />,
    children: [
      { path: '/', element: <Home /> },
      { path: '/login', element: <LoginView /> },
      {
        path: '/p/:project',
        element: <Signed />,
        children: [
          { path: 'sessions', element: <SessionsView /> },
          { path: 'sessions/:id', element: <PlayerView /> },
        ],
      },
      { path: '*', element: <NotFound /> },
    ],
  },
]);
