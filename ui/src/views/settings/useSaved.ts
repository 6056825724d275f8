import { notifications } from '@mantine/notifications';
import { useLanguage } from '../../i18n/i18n';
import { problemText } from '../../ui/Problem';

/** What a person hears after saving: that it worked, or why not. */
export function useSaved() {
  const { t } = useLanguage();
  return {
    onSuccess: () => void notifications.show({ message: t.settings.saved, autoClose: 2000 }),
    onError: (error: unknown) => void notifications.show({ color: 'red', message: problemText(error, t) }),
  };
}
