import { Spotlight, createSpotlight } from '@mantine/spotlight';
import { IconBuildingStore, IconLanguage, IconMessage2, IconMoon, IconPlayerPlay, IconSearch, IconSettings } from '@tabler/icons-react';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { useLanguage } from '../i18n/i18n';
import { useAccount } from './account';
import { useLook } from './look';

const [store, commands] = createSpotlight();

export const openCommands = () => commands.open();

interface Command {
  group: string;
  label: string;
  icon: typeof IconSearch;
  run: () => void;
}

function useCommands(): Command[] {
  const { t, locale, setLocale } = useLanguage();
  const { me, project } = useAccount();
  const { setScheme } = useLook();
  const navigate = useNavigate();
  const goTo = (label: string, icon: Command['icon'], to: string): Command => ({ group: t.spotlight.goTo, label, icon, run: () => void navigate(to) });
  const look = (scheme: 'light' | 'dark' | 'auto', name: string): Command => ({
    group: t.spotlight.commands,
    label: t.spotlight.useTheme(name),
    icon: IconMoon,
    run: () => setScheme(scheme),
  });
  return [
    goTo(t.nav.sessions, IconPlayerPlay, `/p/${project.id}/sessions`),
    goTo(t.nav.feedback, IconMessage2, `/p/${project.id}/feedback`),
    goTo(t.nav.settings, IconSettings, `/p/${project.id}/settings`),
    ...me.projects.filter((p) => p.id !== project.id).map((p) => ({ ...goTo(p.name, IconPlayerPlay, `/p/${p.id}/sessions`), group: t.spotlight.projects })),
    { group: t.spotlight.commands, label: t.spotlight.switchLanguage, icon: IconLanguage, run: () => setLocale(locale === 'en' ? 'ko' : 'en') },
    look('light', t.theme.light),
    look('dark', t.theme.dark),
    look('auto', t.theme.system),
    ...(me.demoUrl ? [{ group: t.spotlight.commands, label: t.spotlight.openDemo, icon: IconBuildingStore, run: () => void window.open(me.demoUrl, '_blank', 'noopener') }] : []),
  ];
}

/** ⌘K: goes anywhere, searches sessions, switches language and look. */
export function Commands() {
  const { t } = useLanguage();
  const { project } = useAccount();
  const navigate = useNavigate();
  const [query, setQuery] = useState('');
  const all = useCommands();
  const typed = query.trim();
  const fits = all.filter((c) => c.label.toLowerCase().includes(typed.toLowerCase()));
  const groups = [...new Set(fits.map((c) => c.group))];
  return (
    <Spotlight.Root store={store} query={query} onQueryChange={setQuery} shortcut="mod + K" transitionProps={{ duration: 100 }} scrollable maxHeight={420} centered={false} yOffset="14dvh" overlayProps={{ blur: 0, backgroundOpacity: 0.35 }}>
      <Spotlight.Search placeholder={t.spotlight.placeholder} aria-label={t.spotlight.placeholder} leftSection={<IconSearch size={16} />} />
      <Spotlight.ActionsList>
        {typed !== '' && (
          <Spotlight.Action
            label={t.spotlight.searchFor(typed)}
            leftSection={<IconSearch size={16} />}
            onClick={() => void navigate(`/p/${project.id}/sessions?${new URLSearchParams({ q: typed }).toString()}`)}
          />
        )}
        {groups.map((group) => (
          <Spotlight.ActionsGroup key={group} label={group}>
            {fits
              .filter((c) => c.group === group)
              .map((c) => (
                <Spotlight.Action key={c.label} label={c.label} leftSection={<c.icon size={16} />} onClick={c.run} />
              ))}
          </Spotlight.ActionsGroup>
        ))}
        {typed === '' && fits.length === 0 && <Spotlight.Empty>{t.spotlight.nothing}</Spotlight.Empty>}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}
