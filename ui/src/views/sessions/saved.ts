import type { SavedFields } from '../../api/searching';
import type { SavedSearch } from '../../api/types';
import { defaultRange, defaultSort, isRange, type Range, type Search } from './useSearch';

/** The service takes no longer name. */
export const savedNameMax = 80;

type Shown = Pick<Search, 'q' | 'range' | 'sort'>;

/** The range that a saved search looks back; nothing stands for all time. */
const rangeOf = (period: string): Range => (period === '' ? 'all' : isRange(period) ? period : defaultRange);

/** The search on screen as it would be saved. */
export function fieldsOf({ q, range, sort }: Shown): Omit<SavedFields, 'name'> {
  return { query: q, period: range === 'all' ? '' : range, sort };
}

/** Whether the search on screen is not any more what was saved. */
export function differs(saved: Omit<SavedFields, 'name'>, { q, range, sort }: Shown): boolean {
  return saved.query.trim() !== q || rangeOf(saved.period) !== range || saved.sort !== sort;
}

/** The address of a saved search: the search itself, so that it works for whoever gets it. */
export function savedParams({ id, query, period, sort }: Pick<SavedSearch, 'id' | 'query' | 'period' | 'sort'>): URLSearchParams {
  const params = new URLSearchParams();
  if (query) params.set('q', query);
  if (rangeOf(period) !== defaultRange) params.set('period', rangeOf(period));
  if (sort !== defaultSort) params.set('sort', sort);
  params.set('saved', id);
  return params;
}
