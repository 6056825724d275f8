import type { ApiError } from '../../api/client';
import type { QueryNote, Sort } from '../../api/types';
import type { Catalogue } from '../../i18n/catalogue';
import type { Format } from '../../i18n/format';

/** What a value of a key is called by people; the value itself where it needs no other name. */
export function valueName(key: string, value: string, t: Catalogue, f: Format): string {
  switch (key) {
    case 'device':
      return t.sessions.devices[value] ?? value;
    case 'country':
      return f.country(value);
    case 'language':
      return f.language(value);
    case 'has':
      return t.sessions.has[value] ?? value;
    case 'sort':
      return t.sessions.sorts[value as Sort] ?? value;
    case 'is':
      return t.sessions.is[value] ?? value;
    default:
      return value;
  }
}

/** What a key of the query language finds; nothing for one that is not known here. */
export function keyHelp(key: string, t: Catalogue): string {
  const keys: Record<string, string> = t.query.keys;
  return keys[key] ?? (key.startsWith('trait.') ? t.query.trait : '');
}

function faultNamed(code: string, args: readonly string[], t: Catalogue): string | undefined {
  const faults: Record<string, (...args: string[]) => string> = t.query.faults;
  return faults[code]?.(...args);
}

/** Why a query was refused, in the reader's language where the reason is one we know. */
export function faultText({ detail, query }: Pick<ApiError, 'detail' | 'query'>, t: Catalogue): string {
  return (query && faultNamed(query.code, query.args, t)) ?? [detail, query?.hint].filter(Boolean).join('. ');
}

/** Advice on a query, the same way. */
export function noteText({ code, args, text }: QueryNote, t: Catalogue): string {
  return faultNamed(code, args ?? [], t) ?? text;
}
