import { useCombobox } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { type KeyboardEvent, type RefObject, type SyntheticEvent, useEffect, useId, useLayoutEffect, useMemo, useState } from 'react';
import { useCompletion } from '../../api/searching';
import type { CompletionItem } from '../../api/types';
import { useAccount } from '../../shell/account';
import { codePoints, complete } from './completing';
import type { Search } from './useSearch';

/** Asks not for every letter of a word typed quickly. */
const askMs = 120;

const nothing: CompletionItem[] = [];

/** What may come next at the cursor of the search field, and the keys that choose from it. */
export function useCompletions(search: Search, field: RefObject<HTMLInputElement | null>) {
  const box = useCombobox();
  const { caret, see, put } = useCaret(field);
  const { items, place } = useItems(search.typed, codePoints(search.typed, caret), box.dropdownOpened);
  const open = box.dropdownOpened && items.length > 0;
  const [chosen, setChosen] = useState<CompletionItem | null>(null);
  // What is offered changes with each letter; what was chosen stays so as long as it is among it.
  const at = open && chosen ? items.findIndex((item) => item.text === chosen.text && item.kind === chosen.kind) : -1;
  const ids = useId();
  const idOf = (index: number) => `${ids}${index}`;
  useEffect(() => {
    if (at >= 0) document.getElementById(`${ids}${at}`)?.scrollIntoView({ block: 'nearest' });
  }, [at, ids]);

  const take = (item: CompletionItem | undefined) => {
    // What is offered may still be of what was typed before.
    if (!place || !item) return;
    const edited = complete(search.typed, place, item);
    setChosen(null);
    search.type(edited.text);
    put(edited.caret);
  };
  const step = (to: number) => {
    if (open) setChosen(items[(to + items.length) % items.length] ?? null);
    else box.openDropdown('keyboard');
  };
  const press = (event: KeyboardEvent<HTMLInputElement>) => {
    // While a syllable is being put together, keys belong to it.
    if (event.nativeEvent.isComposing || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return;
    const keys: Record<string, () => void> = {
      ArrowDown: () => step(at + 1),
      ArrowUp: () => step(at < 0 ? -1 : at - 1),
      Enter: () => {
        if (at >= 0) return take(items[at]);
        search.search(search.typed);
        box.closeDropdown('keyboard');
      },
      Escape: () => (open ? box.closeDropdown('keyboard') : field.current?.blur()),
      // Where nothing is chosen, the key goes on to the next field, as everywhere.
      ...(at >= 0 && { Tab: () => take(items[at]) }),
    };
    const run = keys[event.key];
    if (!run) return;
    event.preventDefault();
    run();
  };
  return { box, items, of: place?.key ?? '', open, at, idOf, see, take, press };
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

/** What is offered, and the stretch that it takes the place of; that is not known while what is offered is of an earlier text. */
function useItems(typed: string, pos: number, enabled: boolean) {
  const { project } = useAccount();
  const now = useMemo(() => ({ q: typed, pos }), [typed, pos]);
  const [asked] = useDebouncedValue(now, askMs);
  const { data } = useCompletion(project.id, asked.q, asked.pos, enabled);
  return { items: data?.items ?? nothing, place: data && data.q === typed && data.pos === pos ? data : null };
}
