import { Button, Loader, PasswordInput, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useLocation, useNavigate, useSearchParams } from 'react-router';
import { ApiError, call } from '../../api/client';
import type { Catalogue } from '../../i18n/catalogue';
import { useLanguage } from '../../i18n/i18n';
import { Mark } from '../../shell/Mark';
import { problemText } from '../../ui/Problem';
import { useTitle } from '../../ui/useTitle';
import classes from './LoginView.module.css';

const newLinkCommand = 'afterimage user link EMAIL';

function refusal(error: unknown, t: Catalogue): string {
  if (error instanceof ApiError && error.status === 429) return t.login.tooMany;
  if (error instanceof ApiError && error.status >= 400 && error.status < 500) return t.login.wrong;
  return problemText(error, t);
}

/** Signs in by e-mail and password, or at once by a one-time link. */
export function LoginView() {
  const { t } = useLanguage();
  useTitle(t.login.title);
  const [search] = useSearchParams();
  const token = search.get('token');
  const entered = useEntered();
  const [linkFailed, setLinkFailed] = useState(false);
  const [wrong, setWrong] = useState('');
  const [busy, setBusy] = useState(false);
  const redeemed = useRef('');

  useEffect(() => {
    if (!token || redeemed.current === token) return;
    redeemed.current = token; // a link works once; rendering twice must not use it twice
    call('POST', '/auth/redeem', { body: { token } }).then(entered, () => setLinkFailed(true));
  }, [token, entered]);

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    call('POST', '/auth/login', { body: { email: form.get('email'), password: form.get('password') } })
      .then(entered, (error: unknown) => setWrong(refusal(error, t)))
      .finally(() => setBusy(false));
  };

  return (
    <main className={classes.page}>
      <div className={classes.card}>
        <div className={classes.brand}>
          <Mark size={28} />
          <span>{t.app.name}</span>
        </div>
        <h1 className={classes.title}>{t.login.title}</h1>
        {token && !linkFailed ? (
          <p className={classes.redeeming} role="status">
            <Loader size="xs" /> {t.login.redeeming}
          </p>
        ) : (
          <>
            {linkFailed && (
              <p className={classes.expired} role="alert">
                {t.login.expired} <code>{newLinkCommand}</code>
              </p>
            )}
            <form onSubmit={submit} className={classes.form}>
              <TextInput size="sm" name="email" type="email" label={t.login.email} autoComplete="username" required withAsterisk={false} autoFocus />
              <PasswordInput size="sm" name="password" label={t.login.password} autoComplete="current-password" required withAsterisk={false} error={wrong || undefined} />
              <Button type="submit" size="sm" loading={busy} fullWidth>
                {t.login.submit}
              </Button>
            </form>
            {!linkFailed && (
              <p className={classes.hint}>
                {t.login.firstTime} <code>{newLinkCommand}</code>
              </p>
            )}
          </>
        )}
      </div>
    </main>
  );
}

/** Leads on to where the person wanted to go. */
function useEntered() {
  const navigate = useNavigate();
  const client = useQueryClient();
  const location = useLocation();
  const from = (location.state as { from?: string } | null)?.from ?? '/';
  const go = useRef<() => void>(() => undefined);
  go.current = () => {
    client.clear();
    void navigate(from, { replace: true });
  };
  return useRef(() => go.current()).current;
}
