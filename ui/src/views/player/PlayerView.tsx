import { Button, Loader } from '@mantine/core';
import { useTimeout } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { useLocation, useParams, useSearchParams } from 'react-router';
import { keys, useMoments, useSession } from '../../api/queries';
import type { SessionDetail } from '../../api/types';
import { useLanguage } from '../../i18n/i18n';
import { worthWaiting } from '../../lib/moments';
import { isLive, who } from '../../lib/session';
import { PlayerController } from '../../player/controller';
import { serviceSource } from '../../player/source';
import { useStore } from '../../player/store';
import { troubleOf } from '../../player/trouble';
import { useAccount } from '../../shell/account';
import { Delayed } from '../../ui/Delayed';
import { useTitle } from '../../ui/useTitle';
import { useNow } from '../../ui/Time';
import { PlayingContext } from './context';
import { PlayerLayout } from './PlayerLayout';
import { preferredSkipIdle, preferredSpeed } from './preferences';
import { TroubleNotice } from './TroubleNotice';

/** One session: found, then played. */
export function PlayerView() {
  const { id = '' } = useParams();
  return <Found key={id} id={id} />;
}

function Found({ id }: { id: string }) {
  const { t } = useLanguage();
  const { project } = useAccount();
  const session = useSession(project.id, id);
  useTitle(session.data ? t.player.title(who(session.data, t)) : t.player.stage);
  if (session.data) return <Playing session={session.data} />;
  if (session.error) {
    return (
      <TroubleNotice trouble={troubleOf(session.error)} heading>
        {troubleOf(session.error) === 'offline' && (
          <Button variant="default" onClick={() => void session.refetch()}>
            {t.app.retry}
          </Button>
        )}
      </TroubleNotice>
    );
  }
  return (
    <Delayed>
      <Loader size="sm" m="xl" aria-label={t.player.states.loading} />
    </Delayed>
  );
}

/** The tab to begin with: the one asked for, else the first that can be played. */
function firstTab(session: SessionDetail, asked: string | null): string {
  const tabs = session.tabs;
  return (tabs.find((tab) => tab.id === asked) ?? tabs.find((tab) => tab.playable) ?? tabs[0])?.id ?? '';
}

const msPerSecond = 1000;

/** Where the address wants to begin: `t`, seconds from the session's start, or `at`, a time of day in ms. */
function askedTime(search: URLSearchParams, startedAt: number): number | null {
  const seconds = Number.parseFloat(search.get('t') ?? '');
  if (Number.isFinite(seconds)) return startedAt + seconds * msPerSecond;
  const at = Number.parseInt(search.get('at') ?? '', 10);
  return Number.isFinite(at) ? at : null;
}

function useController(session: SessionDetail, live: boolean): PlayerController {
  const [search] = useSearchParams();
  const { state } = useLocation();
  const [controller] = useState(() => {
    const at = askedTime(search, session.startedAt);
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    return new PlayerController(session, serviceSource(session.projectId, session.id), {
      at,
      // A link to a moment shows that moment; opening a session plays it.
      play: !still && (at === null || (state as { play?: boolean } | null)?.play === true),
      tab: firstTab(session, search.get('tab')),
      live,
      speed: preferredSpeed(),
      skipIdle: preferredSkipIdle(),
    });
  });
  return controller;
}

/** Moments wait for the picture, as there may be many; but not for one that does not come. */
const momentsWaitMs = 3_000;

function useTurnOfMoments(controller: PlayerController): boolean {
  const settled = useStore(controller.store, (s) => s.shown || !s.waiting || s.trouble !== null);
  const [turn, setTurn] = useState(false);
  useTimeout(() => setTurn(true), momentsWaitMs, { autoInvoke: true });
  if (settled && !turn) setTurn(true);
  return turn;
}

function Playing({ session }: { session: SessionDetail }) {
  const client = useQueryClient();
  const live = isLive(session, Math.max(useNow(), Date.now()));
  const controller = useController(session, live);
  const moments = useMoments(session.projectId, session.id, live, useTurnOfMoments(controller));
  const list = useMemo(() => moments.data ?? [], [moments.data]);

  useEffect(() => controller.setSession(session, live), [controller, session, live]);
  useEffect(() => controller.setMoments(list.filter(worthWaiting).map((moment) => moment.at)), [controller, list]);
  useEffect(() => {
    const key = keys.session(session.projectId, session.id);
    controller.onSession = (changed) => {
      if (changed) client.setQueryData<SessionDetail>(key, (before) => (before ? { ...before, ...changed, tabs: before.tabs } : before));
      else void client.invalidateQueries({ queryKey: key });
    };
  }, [client, controller, session.projectId, session.id]);

  const playing = useMemo(() => ({ controller, session, moments: list }), [controller, session, list]);
  return (
    <PlayingContext value={playing}>
      <PlayerLayout momentsPending={moments.isPending} />
    </PlayingContext>
  );
}
