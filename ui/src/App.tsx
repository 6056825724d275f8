import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useMemo, useState } from 'react';
import { RouterProvider } from 'react-router';
import { ApiError } from './api/client';
import { keys, worthRetrying } from './api/queries';
import { LanguageProvider, useLanguage } from './i18n/i18n';
import { router } from './routes';
import { themeWith } from './theme';

function makeClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      // A sign-in that ended shows in any request; asking who we are leads to the sign-in view.
      onError: (error, query) => {
        if (error instanceof ApiError && error.status === 401 && query.queryKey[0] !== 'me') void client.invalidateQueries({ queryKey: keys.me });
      },
    }),
    defaultOptions: { queries: { retry: worthRetrying, refetchOnWindowFocus: false } },
  });
  return client;
}

export function App() {
  const [client] = useState(makeClient);
  return (
    <LanguageProvider>
      <Looks>
        <QueryClientProvider client={client}>
          <Notifications position="bottom-right" transitionDuration={120} limit={4} />
          <RouterProvider router={router} />
        </QueryClientProvider>
      </Looks>
    </LanguageProvider>
  );
}

function Looks({ children }: { children: ReactNode }) {
  const { t } = useLanguage();
  const theme = useMemo(() => themeWith(t.app), [t]);
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto">
      {children}
    </MantineProvider>
  );
}
