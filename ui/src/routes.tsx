import { createBrowserRouter } from 'react-router';
import { LoginView } from './views/login/LoginView';

export const router = createBrowserRouter([{ path: '/login', element: <LoginView /> }]);
