import { Button } from '@mantine/core';
import { IconBug } from '@tabler/icons-react';
import { useLanguage } from '../i18n/i18n';
import { Notice } from '../ui/Notice';

/** Shown where a view throws. */
export function Crash() {
  const { t } = useLanguage();
  return (
    <main>
      <Notice alert main icon={<IconBug size={22} />} title={t.crash.title} text={t.crash.text}>
        <Button variant="default" onClick={() => location.reload()}>
          {t.crash.action}
        </Button>
      </Notice>
    </main>
  );
}
