import { ActionIcon, TextInput, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconAlertTriangle, IconPencil, IconTrash } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { Link } from 'react-router';
import { nameTaken, useDeleteSearch, useKeepSearch } from '../../api/searching';
import type { SavedSearch } from '../../api/types';
import { useLanguage } from '../../i18n/i18n';
import { useAccount } from '../../shell/account';
import { problemText } from '../../ui/Problem';
import { notifyUndo } from '../../ui/Undo';
import { savedNameMax, savedParams } from './saved';
import classes from './SavedSearches.module.css';
import type { Search } from './useSearch';

interface Props {
  saved: SavedSearch;
  current: boolean;
  editable: boolean;
  search: Search;
  onOpen: () => void;
}

/** One saved search: its name leads to it, with how many sessions it finds now. */
export function SavedRow({ saved, current, editable, search, onOpen }: Props) {
  const { t, f } = useLanguage();
  const { project } = useAccount();
  const [naming, setNaming] = useState(false);
  const remove = useRemove(saved, search);
  const s = t.sessions.saved;
  if (naming) return <Rename saved={saved} onDone={() => setNaming(false)} />;
  return (
    <li className={classes.row}>
      <Link
        className={classes.open}
        to={`/p/${project.id}/sessions?${savedParams(saved).toString()}`}
        aria-current={current || undefined}
        title={saved.query}
        onClick={onOpen}
      >
        <span className={classes.label}>{saved.name}</span>
        {saved.count < 0 ? (
          <Tooltip label={s.uncounted} multiline maw={280}>
            <IconAlertTriangle size={15} className={classes.uncounted} role="img" aria-label={s.uncounted} />
          </Tooltip>
        ) : (
          <span className={classes.count} role="img" aria-label={t.sessions.total(saved.count)}>
            {f.number(saved.count)}
          </span>
        )}
      </Link>
      {editable && (
        <>
          <ActionIcon aria-label={s.rename(saved.name)} onClick={() => setNaming(true)}>
            <IconPencil size={15} />
          </ActionIcon>
          <ActionIcon
            aria-label={s.delete(saved.name)}
            onClick={(event) => {
              // The row goes, and the focus must not go with it.
              event.currentTarget.closest<HTMLElement>('[role="dialog"]')?.focus();
              remove();
            }}
          >
            <IconTrash size={15} />
          </ActionIcon>
        </>
      )}
    </li>
  );
}

/** Deletes at once, and offers to take it back: it is then kept anew, under another id. */
function useRemove(saved: SavedSearch, search: Search) {
  const { t } = useLanguage();
  const { project } = useAccount();
  const remove = useDeleteSearch(project.id);
  const keep = useKeepSearch(project.id);
  const onError = (error: unknown) => notifications.show({ color: 'red', message: problemText(error, t) });
  const { name, query, period, sort } = saved;
  const undo = () => keep.mutate({ name, query, period, sort }, { onError });
  return () =>
    remove.mutate(saved.id, {
      onSuccess: () => {
        if (search.saved === saved.id) search.setSaved('');
        notifyUndo(`saved-${saved.id}`, t.sessions.saved.deleted(name), t.sessions.saved.undo, undo);
      },
      onError,
    });
}

function Rename({ saved, onDone }: { saved: SavedSearch; onDone: () => void }) {
  const { t } = useLanguage();
  const { project } = useAccount();
  const keep = useKeepSearch(project.id);
  const [name, setName] = useState(saved.name);
  const { query, period, sort, id } = saved;
  const save = () => {
    if (name.trim() === '' || name.trim() === saved.name) onDone();
    else keep.mutate({ id, name: name.trim(), query, period, sort }, { onSuccess: onDone });
  };
  return (
    <li className={classes.row}>
      <form
        className={classes.field}
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          save();
        }}
      >
        <TextInput
          autoFocus
          aria-label={t.sessions.saved.rename(saved.name)}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          onBlur={save}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            event.stopPropagation();
            onDone();
          }}
          maxLength={savedNameMax}
          error={keep.error && (nameTaken(keep.error) ? t.sessions.saved.taken : problemText(keep.error, t))}
        />
      </form>
    </li>
  );
}
