import { Button, Popover } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconBookmark, IconBookmarkFilled } from '@tabler/icons-react';
import { useSavedSearches } from '../../api/searching';
import type { SavedSearch } from '../../api/types';
import { useLanguage } from '../../i18n/i18n';
import { allows } from '../../lib/session';
import { useAccount } from '../../shell/account';
import { problemText } from '../../ui/Problem';
import { differs } from './saved';
import { SavedRow } from './SavedRow';
import { SaveSearch } from './SaveSearch';
import classes from './SavedSearches.module.css';
import type { Search } from './useSearch';

/** What the team searches for again and again: opened, kept and changed here. */
export function SavedSearches({ search }: { search: Search }) {
  const { t } = useLanguage();
  const { project } = useAccount();
  const [opened, openedIs] = useDisclosure(false);
  const saved = useSavedSearches(project.id, opened, opened || search.saved !== '');
  const current = saved.data?.find((one) => one.id === search.saved);
  const changed = current !== undefined && differs(current, search);
  const s = t.sessions.saved;
  return (
    <Popover opened={opened} onChange={(open) => !open && openedIs.close()} position="bottom-end" width={380} shadow="md" trapFocus returnFocus transitionProps={{ duration: 100 }}>
      <Popover.Target>
        <Button
          size="sm"
          variant="default"
          className={classes.button}
          aria-label={[current ? `${s.title}: ${current.name}` : s.title, changed && s.changed].filter(Boolean).join(' ')}
          leftSection={current ? <IconBookmarkFilled size={16} className={classes.current} /> : <IconBookmark size={16} />}
          onClick={openedIs.toggle}
        >
          <span className={classes.name}>{current ? current.name : s.title}</span>{' '}
          {changed && <span className={classes.changed}>{s.changed}</span>}
        </Button>
      </Popover.Target>
      <Popover.Dropdown className={classes.dropdown}>
        {saved.error && <p className={classes.problem}>{problemText(saved.error, t)}</p>}
        {saved.data && <Contents saved={saved.data} current={current} search={search} onDone={openedIs.close} />}
      </Popover.Dropdown>
    </Popover>
  );
}

interface ContentsProps {
  saved: SavedSearch[];
  current: SavedSearch | undefined;
  search: Search;
  onDone: () => void;
}

function Contents({ saved, current, search, onDone }: ContentsProps) {
  const { t } = useLanguage();
  const { role } = useAccount();
  const member = allows(role, 'member');
  const s = t.sessions.saved;
  return (
    <>
      {saved.length > 0 ? (
        <ul className={classes.list} aria-label={s.title}>
          {saved.map((one) => (
            <SavedRow key={one.id} saved={one} current={one === current} editable={member} onOpen={onDone} search={search} />
          ))}
        </ul>
      ) : (
        <div className={classes.none}>
          <h2 className={classes.title}>{s.none.title}</h2>
          <p>{member ? s.none.text : s.viewerNone}</p>
          {search.q === '' && (
            <Button
              variant="light"
              onClick={() => {
                search.search('has:rage');
                onDone();
              }}
            >
              {s.none.action}
            </Button>
          )}
        </div>
      )}
      {member && search.q !== '' && (!current || differs(current, search)) && <SaveSearch search={search} current={current} onDone={onDone} />}
    </>
  );
}
