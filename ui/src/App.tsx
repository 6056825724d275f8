import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useMemo } from 'react';
import { RouterProvider } from 'react-router';
import { cache } from './api/cache';
import { LanguageProvider, useLanguage } from './i18n/i18n';
import { router } from './routes';
import { themeWith } from './theme';

export function App() {
  return (
    <LanguageProvider>
      <Looks>
        <QueryClientProvider client={cache}>
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
