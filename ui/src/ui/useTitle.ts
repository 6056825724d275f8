import { useEffect } from 'react';
import { useLanguage } from '../i18n/i18n';

/** Names the document after the view. */
export function useTitle(title: string) {
  const { t } = useLanguage();
  useEffect(() => {
    document.title = `${title} · ${t.app.name}`;
  }, [title, t]);
}
