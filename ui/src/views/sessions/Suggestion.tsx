import type { CompletionItem } from '../../api/types';
import { useLanguage } from '../../i18n/i18n';
import { keyHelp, valueName } from './names';
import classes from './Suggestion.module.css';
import { unquoted } from './terms';

/** One thing that may come next: what is inserted, what it means, how many sessions have it. */
export function Suggestion({ item, of }: { item: CompletionItem; /** The key whose value it is. */ of: string }) {
  const { t, f } = useLanguage();
  return (
    <span className={classes.suggestion}>
      <code className={classes.text} data-kind={item.kind}>
        {item.text}
      </code>
      <span className={classes.help}>{meaning()}</span>
      {item.count !== undefined && item.count > 0 && <span className={classes.count}>{f.number(item.count)}</span>}
    </span>
  );

  function meaning(): string {
    const bare = item.text.replace(/:$/, '');
    if (item.kind === 'key') return keyHelp(bare, t) || (item.help ?? '');
    if (item.kind === 'operator') return t.query.operators[item.text] ?? item.help ?? '';
    const value = unquoted(item.text);
    const name = valueName(of, value, t, f);
    return name === value ? '' : name;
  }
}
