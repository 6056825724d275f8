import { ActionIcon, Kbd, Menu, Tooltip, UnstyledButton } from '@mantine/core';
import { IconCheck, IconHelp, IconLanguage, IconMessage2, IconMoon, IconPlayerPlay, IconSearch, IconSelector, IconSettings, IconSun } from '@tabler/icons-react';
import type { ComponentType } from 'react';
import { NavLink, useNavigate } from 'react-router';
import { useLanguage } from '../i18n/i18n';
import { useAccount } from './account';
import { openCommands } from './Commands';
import { useLook } from './look';
import { Mark } from './Mark';
import classes from './Nav.module.css';

export function Nav({ onHelp }: { onHelp: () => void }) {
  const { t } = useLanguage();
  const { project } = useAccount();
  const at = (view: string) => `/p/${project.id}/${view}`;
  return (
    <div className={classes.nav}>
      <ProjectSwitcher />
      <UnstyledButton className={classes.search} onClick={openCommands}>
        <IconSearch size={15} aria-hidden />
        <span>{t.nav.find}</span>
        <Kbd size="xs">⌘K</Kbd>
      </UnstyledButton>
      <nav aria-label={t.nav.label} className={classes.links}>
        <Item to={at('sessions')} icon={IconPlayerPlay} label={t.nav.sessions} />
        <Item to={at('feedback')} icon={IconMessage2} label={t.nav.feedback} />
        <Item to={at('settings')} icon={IconSettings} label={t.nav.settings} />
      </nav>
      <Foot onHelp={onHelp} />
    </div>
  );
}

function Item({ to, icon: Icon, label }: { to: string; icon: ComponentType<{ size: number; stroke: number }>; label: string }) {
  return (
    <NavLink to={to} className={({ isActive }) => `${classes.link} ${isActive ? classes.active : ''}`}>
      <Icon size={16} stroke={1.75} />
      {label}
    </NavLink>
  );
}

function ProjectSwitcher() {
  const { t } = useLanguage();
  const { me, project } = useAccount();
  const navigate = useNavigate();
  return (
    <Menu width={220} position="bottom-start">
      <Menu.Target>
        <UnstyledButton className={classes.project} aria-label={`${t.nav.project}: ${project.name}`}>
          <Mark />
          <span className={classes.projectName}>{project.name}</span>
          <IconSelector size={14} className={classes.dim} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t.nav.project}</Menu.Label>
        {me.projects.map((p) => (
          <Menu.Item key={p.id} rightSection={p.id === project.id ? <IconCheck size={14} /> : null} onClick={() => void navigate(`/p/${p.id}/sessions`)}>
            {p.name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Foot({ onHelp }: { onHelp: () => void }) {
  const { t, locale, setLocale } = useLanguage();
  const { me } = useAccount();
  const look = useLook();
  const other = locale === 'en' ? 'ko' : 'en';
  return (
    <div className={classes.foot}>
      <span className={classes.person}>{me.user?.email || me.token?.name || ''}</span>
      <Tooltip label={t.language[other]}>
        <ActionIcon aria-label={`${t.language.label}: ${t.language[other]}`} onClick={() => setLocale(other)}>
          <IconLanguage size={16} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label={look.dark ? t.theme.light : t.theme.dark}>
        <ActionIcon aria-label={`${t.theme.label}: ${look.dark ? t.theme.light : t.theme.dark}`} onClick={look.toggle}>
          {look.dark ? <IconSun size={16} /> : <IconMoon size={16} />}
        </ActionIcon>
      </Tooltip>
      <Tooltip label={t.nav.shortcuts}>
        <ActionIcon aria-label={t.nav.shortcuts} onClick={onHelp}>
          <IconHelp size={16} />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}
