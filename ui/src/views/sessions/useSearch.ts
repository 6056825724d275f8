import { useDebouncedCallback } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import { useSearchParams } from 'react-router';
import type { Sort } from '../../api/queries';

/** Long enough to hold back while a word is being typed, short enough to feel immediate. */
const typingMs = 250;

const hourMs = 3_600_000;
export const ranges = { '1h': hourMs, '24h': 24 * hourMs, '7d': 7 * 24 * hourMs, '30d': 30 * 24 * hourMs, '90d': 90 * 24 * hourMs, all: undefined } as const;
export type Range = keyof typeof ranges;
const defaultRange: Range = '7d';

const isRange = (text: string | null): text is Range => text !== null && text in ranges;

/** The search as the address has it, and as it is being typed. */
export function useSearch() {
  const [params, setParams] = useSearchParams();
  const q = params.get('q') ?? '';
  const wanted = params.get('range');
  const range = isRange(wanted) ? wanted : defaultRange;
  const sort: Sort = params.get('sort') === 'relevance' ? 'relevance' : 'newest';
  const [typed, setTyped] = useState(q);

  const set = (key: string, value: string, standard: string) =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        if (value === standard) next.delete(key);
        else next.set(key, value);
        return next;
      },
      { replace: true },
    );
  const later = useDebouncedCallback((text: string) => set('q', text.trim(), ''), typingMs);

  // The address may change by itself: back, a link, a chip.
  useEffect(() => setTyped((now) => (now.trim() === q ? now : q)), [q]);

  return {
    q,
    range,
    backMs: ranges[range],
    sort,
    typed,
    type: (text: string) => {
      setTyped(text);
      later(text);
    },
    search: (text: string) => {
      setTyped(text);
      set('q', text.trim(), '');
    },
    setRange: (next: Range) => set('range', next, defaultRange),
    setSort: (next: Sort) => set('sort', next, 'newest'),
  };
}

export type Search = ReturnType<typeof useSearch>;
