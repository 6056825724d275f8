import { Tabs } from '@mantine/core';
import { useState } from 'react';
import type { MomentKind } from '../../../api/types';
import { useLanguage } from '../../../i18n/i18n';
import { lookOf } from '../../../lib/moments';
import { usePlaying } from '../context';
import { Errors } from './Errors';
import { Events } from './Events';
import { Console, Network } from './Lists';
import classes from './Panel.module.css';
import { Person } from './Person';
import { Responses } from './Responses';

type Name = 'events' | 'console' | 'network' | 'errors' | 'responses' | 'user';

const names: readonly Name[] = ['events', 'console', 'network', 'errors', 'responses', 'user'];
const kindOf: Partial<Record<Name, MomentKind>> = { console: 'console', network: 'request', errors: 'error', responses: 'response' };

/** What happened in the session, beside its picture. */
export function Panel({ pending }: { pending: boolean }) {
  const { t, f } = useLanguage();
  const { moments } = usePlaying();
  const [open, setOpen] = useState<Name>('events');
  const count = (name: Name) => {
    const kind = kindOf[name];
    return kind ? moments.filter((moment) => moment.kind === kind).length : 0;
  };
  const errors = moments.some((moment) => lookOf(moment) === 'error');
  return (
    <section className={classes.panel} aria-label={t.panel.label}>
      <Tabs value={open} onChange={(name) => setOpen((name as Name | null) ?? 'events')} keepMounted={false} className={classes.tabs}>
        <Tabs.List className={classes.list}>
          {names.map((name) => (
            <Tabs.Tab key={name} value={name} className={classes.tab}>
              {t.panel.tabs[name]}
              {count(name) > 0 && (
                <span className={classes.count} data-bad={(name === 'errors' && errors) || undefined}>
                  {f.number(count(name))}
                </span>
              )}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {names.map((name) => (
          <Tabs.Panel key={name} value={name} className={classes.body}>
            {!pending && <Content name={name} />}
          </Tabs.Panel>
        ))}
      </Tabs>
    </section>
  );
}

function Content({ name }: { name: Name }) {
  switch (name) {
    case 'events':
      return <Events />;
    case 'console':
      return <Console />;
    case 'network':
      return <Network />;
    case 'errors':
      return <Errors />;
    case 'responses':
      return <Responses />;
    case 'user':
      return <Person />;
  }
}
