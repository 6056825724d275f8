import { useDebouncedCallback } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import { useSearchParams } from 'react-router';
import type { Sort } from '../../api/types';
import { sortIn, unfinished, withoutSort } from './terms';

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
  const later = useDebouncedCallback((text: string) => set({ q: text.trim() }), typingMs);
  const search = (text: string) => {
    later.cancel();
    setTyped(text);
    set({ q: text.trim() });
  };

  // The address may change by itself: back, a link, a chip.
  useEffect(() => setTyped((now) => (now.trim() === q ? now : q)), [q]);

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
      if (unfinished(text)) later.cancel();
      else later(text);
    },
    search,
    setRange: (next: Range) => set({ period: next === defaultRange ? '' : next }),
    setSort: (next: Sort) => {
      setTyped(withoutSort(q));
      set({ q: withoutSort(q), sort: next === defaultSort ? '' : next });
    },
    setSaved: (id: string) => set({ saved: id }),
  };
}

export type Search = ReturnType<typeof useSearch>;
