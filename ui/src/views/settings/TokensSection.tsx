import { ActionIcon, Button, Group, Modal, Select, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconTrash } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { useCreateToken, useDeleteToken, useTokens } from '../../api/queries';
import type { CreatedToken, Role, Token } from '../../api/types';
import { useLanguage } from '../../i18n/i18n';
import { useAccount } from '../../shell/account';
import { Copyable } from '../../ui/Copyable';
import { problemText } from '../../ui/Problem';
import { Time } from '../../ui/Time';
import { Hint, Section } from './Section';
import classes from './TokensSection.module.css';
import { useSaved } from './useSaved';

/** Tokens for programs: made here, shown once, taken back here. */
export function TokensSection() {
  const { t } = useLanguage();
  const { project } = useAccount();
  const tokens = useTokens(project.id, true);
  const [created, setCreated] = useState<CreatedToken | null>(null);
  const [deleting, setDeleting] = useState<Token | null>(null);
  const k = t.settings.tokens;
  const items = tokens.data?.items ?? [];
  return (
    <Section id="tokens" title={k.title} text={k.text}>
      {tokens.error && <Hint>{problemText(tokens.error, t)}</Hint>}
      {tokens.data && items.length === 0 && <Hint>{k.none}</Hint>}
      {items.length > 0 && (
        <ul className={classes.list} aria-label={k.title}>
          {items.map((token) => (
            <li key={token.id}>
              <span className={classes.name}>{token.name}</span>
              <span>{k.roleNames[token.role]}</span>
              <Time at={token.createdAt} />
              <ActionIcon aria-label={`${k.delete}: ${token.name}`} onClick={() => setDeleting(token)}>
                <IconTrash size={15} />
              </ActionIcon>
            </li>
          ))}
        </ul>
      )}
      <Create onCreated={setCreated} />
      <Modal opened={created !== null} onClose={() => setCreated(null)} title={k.created} closeOnClickOutside={false} closeButtonProps={{ 'aria-label': t.app.close }}>
        <Text size="sm" mb="sm">
          {k.once}
        </Text>
        {created && <Copyable label={created.name} text={created.token} />}
        <Group justify="flex-end" mt="md">
          <Button onClick={() => setCreated(null)}>{k.done}</Button>
        </Group>
      </Modal>
      <Delete token={deleting} onClose={() => setDeleting(null)} />
    </Section>
  );
}

function Create({ onCreated }: { onCreated: (token: CreatedToken) => void }) {
  const { t } = useLanguage();
  const { project } = useAccount();
  const create = useCreateToken(project.id);
  const { onError } = useSaved();
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const k = t.settings.tokens;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate(
      { name: name.trim(), role },
      {
        onSuccess: (token) => {
          setName('');
          onCreated(token);
        },
        onError,
      },
    );
  };
  return (
    <form className={classes.create} onSubmit={submit}>
      <TextInput label={k.name} placeholder={k.namePlaceholder} value={name} onChange={(event) => setName(event.currentTarget.value)} maxLength={100} className={classes.field} />
      <Select
        label={k.role}
        data={(['viewer', 'member', 'admin'] as const).map((value) => ({ value, label: k.roles[value] }))}
        value={role}
        onChange={(value) => value && setRole(value as Role)}
        allowDeselect={false}
        className={classes.field}
      />
      <Button type="submit" variant="default" disabled={name.trim() === ''} loading={create.isPending}>
        {k.create}
      </Button>
    </form>
  );
}

function Delete({ token, onClose }: { token: Token | null; onClose: () => void }) {
  const { t } = useLanguage();
  const { project } = useAccount();
  const remove = useDeleteToken(project.id);
  const { onError } = useSaved();
  const k = t.settings.tokens;
  const confirm = () =>
    token &&
    remove.mutate(token.id, {
      onSuccess: () => {
        notifications.show({ message: k.deleted, autoClose: 2000 });
        onClose();
      },
      onError,
    });
  return (
    <Modal opened={token !== null} onClose={onClose} title={token ? k.deleteTitle(token.name) : ''} closeButtonProps={{ 'aria-label': t.app.close }}>
      <Text size="sm">{k.deleteText}</Text>
      <Group justify="flex-end" mt="lg" gap="xs">
        <Button variant="default" onClick={onClose}>
          {t.player.cancel}
        </Button>
        <Button color="red" loading={remove.isPending} onClick={confirm}>
          {k.delete}
        </Button>
      </Group>
    </Modal>
  );
}
