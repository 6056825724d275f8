import { Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { ApiError } from '../api/client';
import type { Catalogue } from '../i18n/catalogue';
import { useLanguage } from '../i18n/i18n';
import { Notice } from './Notice';

/** What went wrong, in the reader's language where the condition is one we know. */
export function problemText(error: unknown, t: Catalogue): string {
  if (!(error instanceof ApiError)) return t.problem.unknown;
  if (error.status === 0) return t.problem.offline;
  if (error.status === 403) return t.problem.denied;
  if (error.status >= 502) return t.problem.unavailable;
  return error.detail || t.problem.unknown;
}

export function Problem({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useLanguage();
  return (
    <Notice alert icon={<IconAlertTriangle size={22} />} title={problemText(error, t)}>
      {onRetry && (
        <Button variant="default" onClick={onRetry}>
          {t.app.retry}
        </Button>
      )}
    </Notice>
  );
}
