import { CloseButton, Combobox, Kbd, TextInput, useCombobox } from '@mantine/core';
import { useDebouncedValue, useHotkeys } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { type KeyboardEvent, type RefObject, type SyntheticEvent, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { QueryFault } from '../../api/client';
import { useCompletion } from '../../api/searching';
import type { CompletionItem } from '../../api/types';
import { useLanguage } from '../../i18n/i18n';
import { useAccount } from '../../shell/account';
import { codePoints, complete, cut } from './completing';
import classes from './QueryField.module.css';
import { Suggestion } from './Suggestion';
import type { Search } from './useSearch';

/** Asks not for every letter of a word typed quickly. */
const askMs = 120;

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
  const box = useCombobox({ onDropdownClose: () => box.resetSelectedOption() });
  const { caret, see, put } = useCaret(field);
  const { items, at } = useItems(search.typed, codePoints(search.typed, caret), box.dropdownOpened);
  const open = box.dropdownOpened && items.length > 0;
  useEffect(() => box.resetSelectedOption(), [items]);
  useHotkeys([
    ['/', () => {
      field.current?.focus();
      box.openDropdown('keyboard');
    }],
  ]);

  const take = (item: CompletionItem | undefined) => {
    if (!item || !at) return;
    const { text, caret: next } = complete(search.typed, at, item);
    search.type(text);
    put(next);
  };
  const keys = (event: KeyboardEvent<HTMLInputElement>) => {
    // While a syllable is being put together, keys belong to it.
    if (event.nativeEvent.isComposing) return;
    const chosen = open ? box.getSelectedOptionIndex() : -1;
    if (event.key === 'Tab' && !event.shiftKey && chosen >= 0) {
      event.preventDefault();
      take(items[chosen]);
    }
    if (event.key === 'Enter' && chosen < 0) {
      search.search(search.typed);
      box.closeDropdown('keyboard');
    }
    if (event.key === 'Escape' && !open) field.current?.blur();
  };
  return (
    <Combobox store={box} withinPortal={false} onOptionSubmit={(index) => take(items[Number(index)])} transitionProps={{ duration: 100 }} shadow="md" middlewares={{ flip: false, shift: true }}>
      <Combobox.Target withExpandedAttribute>
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
          onKeyDown={keys}
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
            <Combobox.Option key={`${item.kind} ${item.text}`} value={String(index)} className={classes.option}>
              <Suggestion item={item} of={at?.key ?? ''} />
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

/** Where the cursor stands in the field, in UTF-16 units; put moves it once the new text is there. */
function useCaret(field: RefObject<HTMLInputElement | null>) {
  const [caret, setCaret] = useState(0);
  const [wanted, setWanted] = useState<number | null>(null);
  useLayoutEffect(() => {
    if (wanted === null) return;
    field.current?.setSelectionRange(wanted, wanted);
    setWanted(null);
  }, [field, wanted]);
  return {
    caret,
    see: (event: SyntheticEvent<HTMLInputElement>) => setCaret(event.currentTarget.selectionStart ?? 0),
    put: (at: number) => {
      setCaret(at);
      setWanted(at);
    },
  };
}

const nothing: CompletionItem[] = [];

/** What is offered, and the stretch that it takes the place of; that is not known while what is offered is of an earlier text. */
function useItems(typed: string, pos: number, enabled: boolean) {
  const { project } = useAccount();
  const now = useMemo(() => ({ q: typed, pos }), [typed, pos]);
  const [asked] = useDebouncedValue(now, askMs);
  const { data } = useCompletion(project.id, asked.q, asked.pos, enabled);
  return { items: data?.items ?? nothing, at: data && data.q === typed && data.pos === pos ? data : null };
}

/** Lies over the field with the same text, of which only the line below the refused part is seen. */
function Underline({ field, text, fault }: { field: RefObject<HTMLInputElement | null>; text: string; fault: QueryFault }) {
  const line = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const input = field.current;
    if (!input) return;
    const follow = () => line.current?.scrollTo({ left: input.scrollLeft, behavior: 'instant' });
    follow();
    input.addEventListener('scroll', follow);
    return () => input.removeEventListener('scroll', follow);
  });
  const ahead = Array.from(text).length - Array.from(text.trimStart()).length;
  const [before, refused, after] = cut(text, fault.position + ahead, Math.max(fault.end, fault.position + 1) + ahead);
  return (
    <div ref={line} className={classes.underline} aria-hidden>
      {before}
      <span className={classes.refused}>{refused}</span>
      {after}
    </div>
  );
}
