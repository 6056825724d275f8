import { ActionIcon, Anchor, Menu, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconArrowBackUp, IconCheck, IconDots, IconMessageOff, IconPlayerPlayFilled } from '@tabler/icons-react';
import { Link } from 'react-router';
import { useTriage } from '../../api/queries';
import type { FeedbackResponse, ResponseStatus } from '../../api/types';
import { useLanguage } from '../../i18n/i18n';
import { allows, pathOf } from '../../lib/session';
import { useAccount } from '../../shell/account';
import { problemText } from '../../ui/Problem';
import { Score } from '../../ui/Score';
import { Time } from '../../ui/Time';
import { notifyUndo } from '../../ui/Undo';
import classes from './ResponseRow.module.css';

/** The player opens this long before what was said, to show what led to it. */
const leadMs = 10_000;

/** One answer: how bad, what, by whom, where, and the way to the moment. */
export function ResponseRow({ response }: { response: FeedbackResponse }) {
  const { t } = useLanguage();
  const { role } = useAccount();
  return (
    <article className={classes.row} data-status={response.status}>
      <div className={classes.score}>
        <Score kind={response.kind} score={response.score} complaint={response.complaint} />
      </div>
      <div className={classes.what}>
        <p className={response.text ? classes.text : classes.wordless}>{response.text || (response.score === undefined ? t.feedback.empty : t.feedback.noText)}</p>
        <p className={classes.facts}>
          <Time at={response.at} />
          {response.category && <span>{t.feedback.categories[response.category] ?? response.category}</span>}
          {response.userId && <span>{response.userId}</span>}
          {response.url && <span title={response.url}>{pathOf(response.url)}</span>}
          {response.survey && <span>{response.survey}</span>}
          {response.status !== 'open' && <span className={classes.state}>{t.feedback.statuses[response.status]}</span>}
        </p>
      </div>
      <div className={classes.actions}>
        <Watch response={response} />
        {allows(role, 'member') && <Triage response={response} />}
      </div>
    </article>
  );
}

function Watch({ response }: { response: FeedbackResponse }) {
  const { t } = useLanguage();
  if (!response.sessionId) return <span className={classes.unlinked}>{t.feedback.noSession}</span>;
  const to = `/p/${response.projectId}/sessions/${response.sessionId}`;
  return (
    <Anchor component={Link} to={`${to}?at=${response.at - leadMs}`} state={{ play: true }} className={classes.watch}>
      <IconPlayerPlayFilled size={13} aria-hidden /> {t.feedback.watch}
    </Anchor>
  );
}

/** Changes the status at once, and offers to take it back. */
function useChange(response: FeedbackResponse) {
  const { t } = useLanguage();
  const { project } = useAccount();
  const triage = useTriage(project.id);
  const change = (status: ResponseStatus) => {
    const before = response.status;
    triage.mutate(
      { id: response.id, status },
      {
        onSuccess: () => notifyUndo(`triage-${response.id}`, t.feedback.changed[status], t.feedback.undo, () => triage.mutate({ id: response.id, status: before })),
        onError: (error) => notifications.show({ color: 'red', message: problemText(error, t) }),
      },
    );
  };
  return { change, busy: triage.isPending };
}

function Triage({ response }: { response: FeedbackResponse }) {
  const { t } = useLanguage();
  const { change, busy } = useChange(response);
  const open = response.status === 'open';
  const label = open ? t.feedback.resolve : t.feedback.reopen;
  return (
    <>
      <Tooltip label={label}>
        <ActionIcon aria-label={label} loading={busy} onClick={() => change(open ? 'resolved' : 'open')}>
          {open ? <IconCheck size={17} /> : <IconArrowBackUp size={17} />}
        </ActionIcon>
      </Tooltip>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon aria-label={t.player.more}>
            <IconDots size={17} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {response.status !== 'spam' && (
            <Menu.Item leftSection={<IconMessageOff size={15} />} onClick={() => change('spam')}>
              {t.feedback.spam}
            </Menu.Item>
          )}
          {response.status !== 'resolved' && (
            <Menu.Item leftSection={<IconCheck size={15} />} onClick={() => change('resolved')}>
              {t.feedback.resolve}
            </Menu.Item>
          )}
          {response.status !== 'open' && (
            <Menu.Item leftSection={<IconArrowBackUp size={15} />} onClick={() => change('open')}>
              {t.feedback.reopen}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
