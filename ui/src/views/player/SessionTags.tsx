import { ActionIcon, Button, Popover, TagsInput, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconTag } from '@tabler/icons-react';
import { useState } from 'react';
import { useTagSession } from '../../api/queries';
import { useCompletion } from '../../api/searching';
import { useLanguage } from '../../i18n/i18n';
import { allows } from '../../lib/session';
import { useAccount } from '../../shell/account';
import { problemText } from '../../ui/Problem';
import { Tags } from '../../ui/Tags';
import { unquoted } from '../sessions/terms';
import { usePlaying } from './context';
import classes from './SessionTags.module.css';

const tagsShown = 3;
/** The service takes no more, and no longer ones. */
const tagsMax = 20;
const tagLengthMax = 50;
/** What completes this are the tags that sessions of the project have. */
const tagFilter = 'tag:';

/** The labels of the session; members change those that the team gave it. */
export function SessionTags() {
  const { t } = useLanguage();
  const { session } = usePlaying();
  const { role } = useAccount();
  const [opened, openedIs] = useDisclosure(false);
  const tags = session.tags ?? [];
  const label = tags.length > 0 ? t.player.editTags : t.player.addTag;
  return (
    <span className={classes.tags}>
      <Tags tags={tags} most={tagsShown} />
      {allows(role, 'member') && (
        <Popover opened={opened} onChange={(open) => !open && openedIs.close()} position="bottom-end" width={320} shadow="md" trapFocus returnFocus transitionProps={{ duration: 100 }}>
          <Tooltip label={label} disabled={opened}>
            <span>
              <Popover.Target>
                <ActionIcon aria-label={label} onClick={openedIs.toggle}>
                  <IconTag size={16} />
                </ActionIcon>
              </Popover.Target>
            </span>
          </Tooltip>
          <Popover.Dropdown>{opened && <Edit onDone={openedIs.close} />}</Popover.Dropdown>
        </Popover>
      )}
    </span>
  );
}

function Edit({ onDone }: { onDone: () => void }) {
  const { t } = useLanguage();
  const { session } = usePlaying();
  const [tags, setTags] = useState<string[]>(session.teamTags ?? []);
  const [typed, setTyped] = useState('');
  const tag = useTagSession(session.projectId, session.id);
  const known = useCompletion(session.projectId, tagFilter, tagFilter.length, true).data?.items ?? [];
  const save = () => {
    const last = typed.trim();
    tag.mutate(last && !tags.includes(last) ? [...tags, last] : tags, {
      onSuccess: () => {
        notifications.show({ message: t.player.tagsSaved, autoClose: 2000 });
        onDone();
      },
      onError: (error) => notifications.show({ color: 'red', message: problemText(error, t) }),
    });
  };
  return (
    <div className={classes.edit}>
      <TagsInput
        size="xs"
        label={t.player.tags}
        description={t.player.tagHint}
        placeholder={tags.length === 0 ? t.player.tagPlaceholder : undefined}
        data={known.map((item) => unquoted(item.text))}
        value={tags}
        onChange={setTags}
        searchValue={typed}
        onSearchChange={setTyped}
        maxTags={tagsMax}
        maxLength={tagLengthMax}
        comboboxProps={{ withinPortal: false }}
        data-autofocus
      />
      <Button loading={tag.isPending} onClick={save}>
        {t.player.tagsSave}
      </Button>
    </div>
  );
}
