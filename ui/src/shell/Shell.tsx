import { ActionIcon, Drawer } from '@mantine/core';
import { useDisclosure, useHotkeys, useNetwork } from '@mantine/hooks';
import { IconMenu2, IconSearch } from '@tabler/icons-react';
import { useEffect } from 'react';
import { Outlet, useLocation } from 'react-router';
import { useLanguage } from '../i18n/i18n';
import { NowProvider } from '../ui/Time';
import { useAccount } from './account';
import { Commands, openCommands } from './Commands';
import { Mark } from './Mark';
import { Nav } from './Nav';
import { PasswordBanner } from './PasswordBanner';
import classes from './Shell.module.css';
import { Shortcuts } from './Shortcuts';

/** What is around every view: navigation, commands, shortcuts and quiet banners. */
export function Shell() {
  const { t } = useLanguage();
  const { me, project } = useAccount();
  const network = useNetwork();
  const location = useLocation();
  const [menu, menuIs] = useDisclosure(false);
  const [help, helpIs] = useDisclosure(false);
  useHotkeys([['shift+?', helpIs.open], ['?', helpIs.open]]);
  useEffect(() => menuIs.close(), [location.pathname]); // a choice in the menu closes it
  return (
    <NowProvider>
      <a className={classes.skip} href="#main">
        {t.app.skip}
      </a>
      <div className={classes.shell}>
        <header className={classes.top}>
          <ActionIcon onClick={menuIs.open} aria-label={t.nav.menu} size="lg">
            <IconMenu2 size={18} />
          </ActionIcon>
          <Mark />
          <span className={classes.where}>{project.name}</span>
          <ActionIcon onClick={openCommands} aria-label={t.nav.commands} size="lg">
            <IconSearch size={18} />
          </ActionIcon>
        </header>
        <aside className={classes.side}>
          <Nav onHelp={helpIs.open} />
        </aside>
        <div className={classes.body}>
          {!network.online && (
            <div className={classes.offline} role="status">
              {t.offline}
            </div>
          )}
          {me.needsPassword && <PasswordBanner project={project.id} />}
          <main id="main" tabIndex={-1} className={classes.main}>
            <Outlet key={project.id} />
          </main>
        </div>
      </div>
      <Drawer opened={menu} onClose={menuIs.close} size={248} title={t.app.name} closeButtonProps={{ 'aria-label': t.app.close }}>
        <Nav onHelp={helpIs.open} />
      </Drawer>
      <Shortcuts opened={help} onClose={helpIs.close} />
      <Commands />
    </NowProvider>
  );
}
