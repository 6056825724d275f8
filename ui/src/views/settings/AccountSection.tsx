import { Button, Group, PasswordInput, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useNavigate } from 'react-router';
import { useSignOut, useUpdateMe } from '../../api/queries';
import { useLanguage } from '../../i18n/i18n';
import { useAccount } from '../../shell/account';
import { Hint, Rows, Section } from './Section';
import { useSaved } from './useSaved';

/** The service takes no shorter one. */
const passwordLengthMin = 10;

export function AccountSection() {
  const { t } = useLanguage();
  const { me } = useAccount();
  const a = t.settings.account;
  const [email, setEmail] = useState(me.user?.email ?? '');
  const [password, setPassword] = useState('');
  const [current, setCurrent] = useState('');
  const update = useUpdateMe();
  const saved = useSaved();
  const short = password !== '' && password.length < passwordLengthMin;
  const changed = email !== (me.user?.email ?? '') || password !== '';
  const save = (event: FormEvent) => {
    event.preventDefault();
    update.mutate(
      { email, password: password || undefined, currentPassword: current || undefined },
      {
        ...saved,
        onSuccess: () => {
          setPassword('');
          setCurrent('');
          saved.onSuccess();
        },
      },
    );
  };
  return (
    <Section id="account" title={a.title} text={me.needsPassword ? a.needed : undefined}>
      <form onSubmit={save}>
        <Rows>
          <TextInput type="email" label={a.email} autoComplete="username" value={email} onChange={(event) => setEmail(event.currentTarget.value)} required withAsterisk={false} />
          {!me.needsPassword && (
            <PasswordInput label={a.current} autoComplete="current-password" value={current} onChange={(event) => setCurrent(event.currentTarget.value)} />
          )}
          <PasswordInput
            label={a.password}
            autoComplete="new-password"
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            error={short && a.tooShort}
            description={a.passwordHint}
          />
          <Group gap="xs">
            <Button type="submit" disabled={!changed || short} loading={update.isPending}>
              {a.save}
            </Button>
            <SignOut />
          </Group>
        </Rows>
      </form>
      {me.version && <Hint>{`${t.app.name} ${me.version}`}</Hint>}
    </Section>
  );
}

function SignOut() {
  const { t } = useLanguage();
  const signOut = useSignOut();
  const navigate = useNavigate();
  const { onError } = useSaved();
  return (
    <Button variant="default" loading={signOut.isPending} onClick={() => signOut.mutate(undefined, { onSuccess: () => void navigate('/login'), onError })}>
      {t.settings.account.signOut}
    </Button>
  );
}
