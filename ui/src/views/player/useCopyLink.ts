import { notifications } from '@mantine/notifications';
import { useCallback } from 'react';
import { useLanguage } from '../../i18n/i18n';
import { usePlaying } from './context';
import { secondsOf } from './useUrlTime';

/** Copies the address that opens this session at this moment. */
export function useCopyLink(): () => void {
  const { t, f } = useLanguage();
  const { controller, session } = usePlaying();
  return useCallback(() => {
    const { at, tab } = controller.store.get();
    const link = new URL(location.pathname, location.origin);
    link.searchParams.set('t', secondsOf(at, session.startedAt));
    if (session.tabs.length > 1) link.searchParams.set('tab', tab);
    void navigator.clipboard.writeText(link.href).then(
      () => notifications.show({ title: t.player.linkCopied, message: t.player.linkCopiedAt(f.duration(at - session.startedAt)), autoClose: 2500 }),
      // Without permission to write, the address itself is shown to be copied by hand.
      () => notifications.show({ title: t.player.copyLink, message: link.href, autoClose: false }),
    );
  }, [controller, session, t, f]);
}
