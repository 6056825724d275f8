import { Button, CloseButton, SegmentedControl, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback, useHotkeys } from '@mantine/hooks';
import { IconMessage2, IconSearch, IconSearchOff } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { useResponses } from '../../api/queries';
import type { FeedbackResponse, ResponseStatus } from '../../api/types';
import { useLanguage } from '../../i18n/i18n';
import { useAccount } from '../../shell/account';
import { Delayed } from '../../ui/Delayed';
import { Notice } from '../../ui/Notice';
import { Problem } from '../../ui/Problem';
import { useTitle } from '../../ui/useTitle';
import classes from './FeedbackView.module.css';
import { ResponseRow } from './ResponseRow';
import { SessionSkeleton } from '../sessions/SessionList';

const typingMs = 250;

interface Asked {
  q: string;
  complaint: boolean;
  status: ResponseStatus | '';
}

/** The filter, kept in the address: complaints are what one comes for, so they are the standard. */
function useAsked(): [Asked, (key: 'q' | 'which' | 'status', value: string) => void] {
  const [params, setParams] = useSearchParams();
  const status = params.get('status');
  const asked: Asked = {
    q: params.get('q') ?? '',
    complaint: params.get('which') !== 'all',
    status: status === 'open' || status === 'resolved' || status === 'spam' ? status : '',
  };
  const set = (key: string, value: string) =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        if (value === '') next.delete(key);
        else next.set(key, value);
        return next;
      },
      { replace: true },
    );
  return [asked, set];
}

/** What people said, complaints first, each with the moment it was said at. */
export function FeedbackView() {
  const { t } = useLanguage();
  const { project } = useAccount();
  useTitle(t.feedback.title);
  const [asked, set] = useAsked();
  const responses = useResponses(project.id, asked);
  const items = responses.data?.pages.flatMap((page) => page.items ?? []) ?? [];
  return (
    <div className={classes.view}>
      <div className={classes.head}>
        <h1 className={classes.title}>{t.feedback.title}</h1>
        <div className={classes.filters}>
          <SegmentedControl
            size="sm"
            aria-label={t.feedback.which}
            data={[
              { value: 'complaints', label: t.feedback.complaints },
              { value: 'all', label: t.feedback.all },
            ]}
            value={asked.complaint ? 'complaints' : 'all'}
            onChange={(value) => set('which', value === 'all' ? 'all' : '')}
          />
          <SearchField q={asked.q} onSearch={(text) => set('q', text)} />
          <Select
            size="sm"
            className={classes.status}
            aria-label={t.feedback.status}
            data={[
              { value: '', label: t.feedback.statuses.any },
              { value: 'open', label: t.feedback.statuses.open },
              { value: 'resolved', label: t.feedback.statuses.resolved },
              { value: 'spam', label: t.feedback.statuses.spam },
            ]}
            value={asked.status}
            onChange={(value) => set('status', value ?? '')}
            allowDeselect={false}
          />
        </div>
      </div>
      <div className={classes.found}>
        {responses.isPending && <SessionSkeleton />}
        {responses.error && <Problem error={responses.error} onRetry={() => void responses.refetch()} />}
        {responses.data && items.length === 0 && <Nothing asked={asked} onAll={() => set('which', 'all')} onClear={() => set('q', '')} />}
        {items.length > 0 && <List items={items} />}
        {responses.hasNextPage && (
          <div className={classes.more}>
            <Button variant="default" loading={responses.isFetchingNextPage} onClick={() => void responses.fetchNextPage()}>
              {t.sessions.moreFacets}
            </Button>
          </div>
        )}
      </div>
    </div>
  );
}

function List({ items }: { items: FeedbackResponse[] }) {
  const { t } = useLanguage();
  return (
    <ul className={classes.list} aria-label={t.feedback.list}>
      {items.map((response) => (
        <li key={response.id}>
          <ResponseRow response={response} />
        </li>
      ))}
    </ul>
  );
}

function SearchField({ q, onSearch }: { q: string; onSearch: (text: string) => void }) {
  const { t } = useLanguage();
  const field = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState(q);
  useEffect(() => setTyped((now) => (now.trim() === q ? now : q)), [q]);
  const later = useDebouncedCallback((text: string) => onSearch(text.trim()), typingMs);
  useHotkeys([['/', () => field.current?.focus()]]);
  return (
    <TextInput
      ref={field}
      size="sm"
      role="searchbox"
      className={classes.search}
      aria-label={t.feedback.search}
      placeholder={t.feedback.search}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        later(event.currentTarget.value);
      }}
      leftSection={<IconSearch size={16} />}
      rightSection={typed && <CloseButton size="sm" aria-label={t.sessions.clear} onClick={() => onSearch('')} />}
    />
  );
}

function Nothing({ asked, onAll, onClear }: { asked: Asked; onAll: () => void; onClear: () => void }) {
  const { t } = useLanguage();
  const { project } = useAccount();
  const filtered = asked.q !== '' || asked.status !== '';
  if (filtered) {
    return (
      <Notice icon={<IconSearchOff size={22} />} title={t.feedback.noMatch.title} text={t.feedback.noMatch.text}>
        {asked.q && <Button onClick={onClear}>{t.sessions.clear}</Button>}
        {asked.complaint && (
          <Button variant="default" onClick={onAll}>
            {t.feedback.noMatch.action}
          </Button>
        )}
      </Notice>
    );
  }
  return (
    <Delayed>
      <Notice icon={<IconMessage2 size={22} />} title={asked.complaint ? t.feedback.noComplaints.title : t.feedback.none.title} text={asked.complaint ? t.feedback.noComplaints.text : t.feedback.none.text}>
        {asked.complaint ? (
          <Button variant="default" onClick={onAll}>
            {t.feedback.noMatch.action}
          </Button>
        ) : (
          <Button component={Link} to={`/p/${project.id}/settings#install`}>
            {t.feedback.none.action}
          </Button>
        )}
      </Notice>
    </Delayed>
  );
}
