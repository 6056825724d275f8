// Numbers in sentences: the form is chosen by the language's own plural rules, and #
// stands for the number as that language writes it.

export type Locale = 'en' | 'ko';

type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

const rules: Record<Locale, Intl.PluralRules> = {
  en: new Intl.PluralRules('en'),
  ko: new Intl.PluralRules('ko'),
};

const numbers: Record<Locale, Intl.NumberFormat> = {
  en: new Intl.NumberFormat('en'),
  ko: new Intl.NumberFormat('ko'),
};

export function plural(locale: Locale, n: number, forms: Forms): string {
  const form = forms[rules[locale].select(n)] ?? forms.other;
  return form.replaceAll('#', numbers[locale].format(n));
}
