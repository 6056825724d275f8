import type { CompletionItem } from '../../api/types';

// The service counts places in a query in code points, the browser in UTF-16 units.

export const codePoints = (text: string, units: number): number => Array.from(text.slice(0, units)).length;

export interface Edited {
  text: string;
  /** Where the cursor stands then, in UTF-16 units. */
  caret: number;
}

/** Puts an item into a query at its place. After a value one goes on with the next word, after a key with its value. */
export function complete(query: string, { from, to }: { from: number; to: number }, item: Pick<CompletionItem, 'text' | 'kind'>): Edited {
  const letters = Array.from(query);
  const before = letters.slice(0, from).join('');
  const after = letters.slice(to).join('');
  const whole = item.kind === 'value' && !/^[\s,\])]/.test(after) ? `${item.text} ` : item.text;
  return { text: before + whole + after, caret: (before + whole).length };
}

/** What is before, in and behind a stretch of a text (code points); the stretch of nothing at all is a space wide. */
export function cut(text: string, from: number, to: number): [before: string, stretch: string, after: string] {
  const letters = Array.from(text);
  return [letters.slice(0, from).join(''), letters.slice(from, to).join('') || '\u00a0', letters.slice(to).join('')];
}
