import { createBrowserRouter, Navigate } from 'react-router';
import { Crash } from './shell/Crash';
import { Home, NotFound, Signed } from './shell/Signed';
import { LoginView } from './views/login/LoginView';
import { SessionsView } from './views/sessions/SessionsView';

export const router = createBrowserRouter([
  {
    errorElement: <Crash />,
    // Nothing is shown while the first view's code comes: it is there before a loader could be read.
    hydrateFallbackElement: <></>,
    children: [
      { path: '/', element: <Home /> },
      { path: '/login', element: <LoginView /> },
      {
        path: '/p/:project',
        element: <Signed />,
        children: [
          { index: true, element: <Navigate to="sessions" replace /> },
          { path: 'sessions', element: <SessionsView /> },
          // What one does not come for first is loaded when it is gone to.
          { path: 'sessions/:id', lazy: async () => ({ Component: (await import('./views/player/PlayerView')).PlayerView }) },
          { path: 'feedback', lazy: async () => ({ Component: (await import('./views/feedback/FeedbackView')).FeedbackView }) },
          { path: 'settings', lazy: async () => ({ Component: (await import('./views/settings/SettingsView')).SettingsView }) },
        ],
      },
      { path: '*', element: <NotFound /> },
    ],
  },
]);
