import { CloseButton, Combobox, Kbd, TextInput } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useRef } from 'react';
import type { QueryFault } from '../../api/client';
import { useLanguage } from '../../i18n/i18n';
import classes from './QueryField.module.css';
import { Suggestion } from './Suggestion';
import { Underline } from './Underline';
import { useCompletions } from './useCompletions';
import type { Search } from './useSearch';

interface Props {
  search: Search;
  /** What of the query was refused. */
  fault: QueryFault | undefined;
  /** The id of the text that says why. */
  problemId: string | undefined;
}

/** The search field: what may come next is offered below it, and what was refused is underlined in it. */
export function QueryField({ search, fault, problemId }: Props) {
  const { t } = useLanguage();
  const field = useRef<HTMLInputElement>(null);
  const { box, items, of, open, at, idOf, see, take, press } = useCompletions(search, field);
  const begin = () => {
    field.current?.focus();
    box.openDropdown('keyboard');
  };
  useHotkeys([['/', begin]]);
  return (
    <Combobox store={box} withinPortal={false} onOptionSubmit={(index) => take(items[Number(index)])} transitionProps={{ duration: 100 }} shadow="md" middlewares={{ flip: false, shift: true }}>
      <Combobox.Target withExpandedAttribute withKeyboardNavigation={false} aria-activedescendant={at >= 0 ? idOf(at) : undefined}>
        <TextInput
          ref={field}
          size="sm"
          className={classes.field}
          aria-label={t.sessions.search}
          aria-autocomplete="list"
          aria-describedby={problemId}
          aria-invalid={fault !== undefined}
          placeholder={t.sessions.searchHint}
          value={search.typed}
          onChange={(event) => {
            see(event);
            search.type(event.currentTarget.value);
            box.openDropdown('keyboard');
          }}
          onSelect={see}
          onClick={() => box.openDropdown('mouse')}
          onBlur={() => {
            box.closeDropdown();
            search.finish();
          }}
          onKeyDown={press}
          leftSection={<IconSearch size={16} />}
          rightSection={search.typed ? <CloseButton size="sm" aria-label={t.sessions.clear} onClick={() => search.search('')} /> : <Kbd size="xs">/</Kbd>}
          error={fault !== undefined}
          inputContainer={(input) => (
            <div className={classes.container}>
              {input}
              {fault && search.typed.trim() === search.q && <Underline field={field} text={search.typed} fault={fault} />}
            </div>
          )}
          spellCheck={false}
        />
      </Combobox.Target>
      <Combobox.Dropdown hidden={!open}>
        <Combobox.Options mah={340} className={classes.options} aria-label={t.query.suggestions}>
          {items.map((item, index) => (
            <Combobox.Option key={`${item.kind} ${item.text}`} id={idOf(index)} value={String(index)} selected={index === at} aria-selected={index === at} className={classes.option}>
              <Suggestion item={item} of={of} />
            </Combobox.Option>
          ))}
        </Combobox.Options>
        <Combobox.Footer className={classes.footer} aria-hidden>
          <HowTo />
        </Combobox.Footer>
      </Combobox.Dropdown>
    </Combobox>
  );
}

function HowTo() {
  const { t } = useLanguage();
  const { choose, take, close, search } = t.query.howTo;
  return [['↑↓', choose], ['⇥', take], ['↵', search], ['Esc', close]].map(([key, what]) => (
    <span key={key}>
      <kbd>{key}</kbd> {what}
    </span>
  ));
}
