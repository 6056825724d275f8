import { ActionIcon, Button, TextInput } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { useUpdateProject } from '../../api/queries';
import { useLanguage } from '../../i18n/i18n';
import { useAccount } from '../../shell/account';
import { originOf } from './origin';
import classes from './OriginsSection.module.css';
import { Hint, Section } from './Section';
import { useSaved } from './useSaved';

/** The places that the player may load a recorded site's images, fonts and styles from. */
export function OriginsSection({ admin }: { admin: boolean }) {
  const { t } = useLanguage();
  const { project } = useAccount();
  const origins = project.siteOrigins ?? [];
  const [typed, setTyped] = useState('');
  const [wrong, setWrong] = useState(false);
  const update = useUpdateProject(project.id);
  const saved = useSaved();
  const o = t.settings.origins;
  const add = (event: FormEvent) => {
    event.preventDefault();
    const origin = originOf(typed);
    setWrong(origin === null);
    if (origin === null) return;
    update.mutate({ siteOrigins: [...new Set([...origins, origin])] }, saved);
    setTyped('');
  };
  return (
    <Section id="origins" title={o.title} text={o.hint}>
      {origins.length === 0 ? (
        <Hint>{o.none}</Hint>
      ) : (
        <ul className={classes.list} aria-label={o.label}>
          {origins.map((origin) => (
            <li key={origin}>
              <code>{origin}</code>
              {admin && (
                <ActionIcon aria-label={o.remove(origin)} onClick={() => update.mutate({ siteOrigins: origins.filter((one) => one !== origin) }, saved)}>
                  <IconTrash size={15} />
                </ActionIcon>
              )}
            </li>
          ))}
        </ul>
      )}
      {admin ? (
        <form className={classes.add} onSubmit={add}>
          <TextInput
            aria-label={o.label}
            placeholder={o.placeholder}
            value={typed}
            onChange={(event) => {
              setTyped(event.currentTarget.value);
              setWrong(false);
            }}
            error={wrong && o.invalid}
            className={classes.field}
          />
          <Button type="submit" variant="default" disabled={typed.trim() === ''} loading={update.isPending}>
            {o.add}
          </Button>
        </form>
      ) : (
        <Hint>{t.settings.project.adminOnly}</Hint>
      )}
    </Section>
  );
}
