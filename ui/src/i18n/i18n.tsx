import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import type { Catalogue } from './catalogue';
import { en } from './en';
import { type Format, makeFormat } from './format';
import { ko } from './ko';
import type { Locale } from './plural';

const storageKey = 'afterimage.language';
const catalogues: Record<Locale, Catalogue> = { en, ko };

export const locales: readonly Locale[] = ['en', 'ko'];

interface Language {
  locale: Locale;
  setLocale: (locale: Locale) => void;
  t: Catalogue;
  f: Format;
}

const Context = createContext<Language | null>(null);

/** The language chosen before, else the first of the browser's that there is a catalogue for. */
export function firstLocale(remembered: string | null, wanted: readonly string[]): Locale {
  if (remembered === 'en' || remembered === 'ko') return remembered;
  for (const tag of wanted) {
    const language = tag.slice(0, 2).toLowerCase();
    if (language === 'en' || language === 'ko') return language;
  }
  return 'en';
}

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [locale, setLocale] = useState<Locale>(() => firstLocale(localStorage.getItem(storageKey), navigator.languages));
  useEffect(() => {
    document.documentElement.lang = locale;
  }, [locale]);
  const language = useMemo<Language>(
    () => ({
      locale,
      t: catalogues[locale],
      f: makeFormat(locale),
      setLocale: (next) => {
        localStorage.setItem(storageKey, next);
        setLocale(next);
      },
    }),
    [locale],
  );
  return <Context.Provider value={language}>{children}</Context.Provider>;
}

/** Everything the app says (t) and how it writes numbers and times (f). */
export function useLanguage(): Language {
  const language = useContext(Context);
  if (!language) throw new Error('useLanguage outside LanguageProvider');
  return language;
}
