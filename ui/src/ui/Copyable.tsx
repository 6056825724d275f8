import { ActionIcon, CopyButton, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useLanguage } from '../i18n/i18n';
import classes from './Copyable.module.css';

/** Text made to be copied: a line of code, a key, a secret. */
export function Copyable({ text, label }: { text: string; label: string }) {
  const { t } = useLanguage();
  return (
    <div className={classes.box}>
      <pre className={classes.text} tabIndex={0} aria-label={label}>
        <code>{text}</code>
      </pre>
      <CopyButton value={text} timeout={1500}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? t.app.copied : t.app.copy} openDelay={0}>
            <ActionIcon className={classes.button} onClick={copy} aria-label={`${t.app.copy}: ${label}`}>
              {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </div>
  );
}
