import { useDebouncedCallback } from '@mantine/hooks';
import { useEffect, useRef, useState } from 'react';
import { useSearchParams } from 'react-router';
import type { Sort } from '../../api/types';
import { useLanguage } from '../../i18n/i18n';
import { settled, sortIn, withoutSort } from './terms';

/** Long enough to hold back while a word is being typed, short enough to feel immediate. */
const typingMs = 250;

const hourMs = 3_600_000;
export const ranges = { '1h': hourMs, '24h': 24 * hourMs, '7d': 7 * 24 * hourMs, '30d': 30 * 24 * hourMs, '90d': 90 * 24 * hourMs, all: undefined } as const;
export type Range = keyof typeof ranges;
export const defaultRange: Range = '7d';
export const defaultSort: Sort = 'newest';
const sorts: readonly Sort[] = ['newest', 'oldest', 'relevance'];

export const isRange = (text: string | null): text is Range => text !== null && text in ranges;
const isSort = (text: string | null): text is Sort => sorts.includes(text as Sort);

/** The search as the address has it, and as it is being typed. */
export function useSearch() {
  const { t } = useLanguage();
  const [params, setParams] = useSearchParams();
  const q = params.get('q') ?? '';
  const period = params.get('period');
  const range = isRange(period) ? period : defaultRange;
  const wanted = params.get('sort');
  const sort: Sort = sortIn(q) ?? (isSort(wanted) ? wanted : defaultSort);
  const [typed, setTyped] = useState(q);

  const set = (values: Record<string, string>) =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        for (const [key, value] of Object.entries(values)) {
          if (value === '') next.delete(key);
          else next.set(key, value);
        }
        return next;
      },
      { replace: true },
    );
  const asked = useRef(q);
  const ask = (text: string, more: Record<string, string> = {}) => {
    asked.current = text;
    set({ q: text, ...more });
  };
  const keys = Object.keys(t.query.keys);
  const later = useDebouncedCallback((text: string) => ask(settled(text, keys)), typingMs);
  const search = (text: string, more?: Record<string, string>) => {
    later.cancel();
    setTyped(text);
    ask(text.trim(), more);
  };

  // The address may change by itself: back, or a link.
  useEffect(() => {
    if (q === asked.current) return;
    asked.current = q;
    setTyped(q);
  }, [q]);

  return {
    q,
    range,
    backMs: ranges[range],
    sort,
    /** The saved search that was opened last, as far as the address tells. */
    saved: params.get('saved') ?? '',
    typed,
    type: (text: string) => {
      setTyped(text);
      later(text);
    },
    search: (text: string) => search(text),
    /** Asks for all that was typed, also what looks as if more were to come. */
    finish: () => typed.trim() !== q && search(typed),
    setRange: (next: Range) => set({ period: next === defaultRange ? '' : next }),
    // What a query says itself would go before what is chosen.
    setSort: (next: Sort) => search(withoutSort(q), { sort: next === defaultSort ? '' : next }),
    setSaved: (id: string) => set({ saved: id }),
  };
}

export type Search = ReturnType<typeof useSearch>;
