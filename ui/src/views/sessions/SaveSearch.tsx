import { Button, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type FormEvent, useState } from 'react';
import { nameTaken, useKeepSearch } from '../../api/searching';
import type { SavedSearch } from '../../api/types';
import { useLanguage } from '../../i18n/i18n';
import { useAccount } from '../../shell/account';
import { problemText } from '../../ui/Problem';
import { fieldsOf, savedNameMax } from './saved';
import classes from './SavedSearches.module.css';
import type { Search } from './useSearch';

/** Keeps the search on screen: under a new name, or in place of the one that it began as. */
export function SaveSearch({ search, current, onDone }: { search: Search; current: SavedSearch | undefined; onDone: () => void }) {
  const { t } = useLanguage();
  const { project } = useAccount();
  const keep = useKeepSearch(project.id);
  const [name, setName] = useState('');
  const s = t.sessions.saved;
  const told = (message: string) => ({
    onSuccess: (saved: SavedSearch) => {
      search.setSaved(saved.id);
      notifications.show({ message, autoClose: 2000 });
      onDone();
    },
    onError: (error: unknown) => {
      if (!nameTaken(error)) notifications.show({ color: 'red', message: problemText(error, t) });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    keep.mutate({ ...fieldsOf(search), name: name.trim() }, told(s.done));
  };
  return (
    <div className={classes.save}>
      {current && (
        <Button fullWidth variant="light" loading={keep.isPending} onClick={() => keep.mutate({ ...fieldsOf(search), name: current.name, id: current.id }, told(s.updated(current.name)))}>
          {s.update(current.name)}
        </Button>
      )}
      <form className={classes.form} onSubmit={submit}>
        <TextInput
          className={classes.field}
          label={current ? s.saveNew : s.save}
          placeholder={s.namePlaceholder}
          aria-description={s.name}
          value={name}
          onChange={(event) => {
            setName(event.currentTarget.value);
            keep.reset();
          }}
          maxLength={savedNameMax}
          error={nameTaken(keep.error) && s.taken}
          data-autofocus={!current || undefined}
        />
        <Button type="submit" disabled={name.trim() === ''} loading={keep.isPending}>
          {s.submit}
        </Button>
      </form>
    </div>
  );
}
