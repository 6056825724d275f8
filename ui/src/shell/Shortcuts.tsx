import { Kbd, Modal } from '@mantine/core';
import { useLanguage } from '../i18n/i18n';
import classes from './Shortcuts.module.css';

function Group({ title, rows }: { title: string; rows: [keys: string[], what: string][] }) {
  return (
    <section>
      <h3 className={classes.title}>{title}</h3>
      <dl className={classes.list}>
        {rows.map(([keys, what]) => (
          <div key={what} className={classes.row}>
            <dt>{what}</dt>
            <dd>
              {keys.map((key) => (
                <Kbd key={key} size="xs">
                  {key}
                </Kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** The list that `?` opens. */
export function Shortcuts({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useLanguage();
  const s = t.shortcuts;
  const p = t.player;
  return (
    <Modal opened={opened} onClose={onClose} title={s.title} size="lg" closeButtonProps={{ 'aria-label': t.app.close }}>
      <div className={classes.groups}>
        <div>
          <Group title={s.everywhere} rows={[[['⌘K', 'Ctrl K'], s.commands], [['?'], s.help], [['/'], s.search]]} />
          <Group title={s.sessions} rows={[[['j', '↓'], s.next], [['k', '↑'], s.previous], [[s.enter], s.open]]} />
        </div>
        <Group
          title={s.player}
          rows={[
            [[s.space], `${p.play} / ${p.pause}`],
            [['n'], p.nextMoment],
            [['p'], p.previousMoment],
            [['←'], p.back10],
            [['→'], p.forward10],
            [['.'], p.nextFrame],
            [[','], p.previousFrame],
            [['<', '>'], p.speed],
            [['i'], p.skipIdle],
            [['f'], p.fullscreen],
            [['c'], p.copyLink],
          ]}
        />
      </div>
    </Modal>
  );
}
