import { useLanguage } from '../../i18n/i18n';
import { askSnippet, npmSnippet, scriptTag } from '../../lib/snippet';
import { useAccount } from '../../shell/account';
import { Copyable } from '../../ui/Copyable';
import classes from './InstallSection.module.css';
import { Section } from './Section';

/** How a site is made to record itself. */
export function InstallSection() {
  const { t } = useLanguage();
  const { project } = useAccount();
  const i = t.settings.install;
  return (
    <Section id="install" title={i.title} text={i.text}>
      <Copyable label={i.title} text={scriptTag(location.origin, project.publicKey)} />
      <h3 className={classes.title}>{i.npm}</h3>
      <Copyable label={i.npm} text={npmSnippet(location.origin, project.publicKey)} />
      <h3 className={classes.title}>{i.ask}</h3>
      <p className={classes.text}>{i.askText}</p>
      <Copyable label={i.ask} text={askSnippet} />
      <h3 className={classes.title}>{i.key}</h3>
      <p className={classes.text}>{i.keyHint}</p>
      <Copyable label={i.key} text={project.publicKey} />
    </Section>
  );
}
