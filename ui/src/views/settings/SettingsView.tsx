import { useEffect } from 'react';
import { useLocation } from 'react-router';
import { useLanguage } from '../../i18n/i18n';
import { allows } from '../../lib/session';
import { useAccount } from '../../shell/account';
import { useTitle } from '../../ui/useTitle';
import { AccountSection } from './AccountSection';
import { IndexSection } from './IndexSection';
import { InstallSection } from './InstallSection';
import { LookSection } from './LookSection';
import { OriginsSection } from './OriginsSection';
import { ProjectSection } from './ProjectSection';
import classes from './SettingsView.module.css';
import { TokensSection } from './TokensSection';

/** Everything that can be set, on one page with a way to each part. */
export function SettingsView() {
  const { t } = useLanguage();
  const { role, project } = useAccount();
  useTitle(t.settings.title);
  const { hash } = useLocation();
  useEffect(() => {
    if (hash) document.getElementById(hash.slice(1))?.scrollIntoView();
  }, [hash]);
  const admin = allows(role, 'admin');
  const s = t.settings;
  const parts: [string, string][] = [
    ['project', s.project.title],
    ['origins', s.origins.title],
    ['install', s.install.title],
    ...(admin ? ([['tokens', s.tokens.title], ['index', s.indexing.title]] as [string, string][]) : []),
    ['account', s.account.title],
    ['look', s.look.title],
  ];
  return (
    <div className={classes.view}>
      <h1 className={classes.title}>{s.title}</h1>
      <div className={classes.columns}>
        <nav className={classes.parts} aria-label={s.sections}>
          {parts.map(([id, name]) => (
            <a key={id} href={`#${id}`}>
              {name}
            </a>
          ))}
        </nav>
        <div className={classes.sections}>
          <ProjectSection key={`project ${project.id}`} admin={admin} />
          <OriginsSection admin={admin} />
          <InstallSection />
          {admin && <TokensSection />}
          {admin && <IndexSection />}
          <AccountSection />
          <LookSection />
        </div>
      </div>
    </div>
  );
}
