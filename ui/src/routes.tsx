import { createBrowserRouter } from 'react-router';
import { Crash } from './shell/Crash';
import { Home, NotFound, Signed } from './shell/Signed';
import { FeedbackView } from './views/feedback/FeedbackView';
import { LoginView } from './views/login/LoginView';
import { PlayerView } from './views/player/PlayerView';
import { SettingsView } from './views/settings/SettingsView';
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
          { path: 'feedback', element: <FeedbackView /> },
          { path: 'settings', element: <SettingsView /> },
        ],
      },
      { path: '*', element: <NotFound /> },
    ],
  },
]);
