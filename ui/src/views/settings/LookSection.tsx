import { SegmentedControl, Select } from '@mantine/core';
import { locales, useLanguage } from '../../i18n/i18n';
import type { Locale } from '../../i18n/plural';
import { useLook } from '../../shell/look';
import { Rows, Section } from './Section';

export function LookSection() {
  const { t, locale, setLocale } = useLanguage();
  const { scheme, setScheme } = useLook();
  return (
    <Section id="look" title={t.settings.look.title}>
      <Rows>
        <Select
          label={t.language.label}
          data={locales.map((value) => ({ value, label: t.language[value] }))}
          value={locale}
          onChange={(value) => value && setLocale(value as Locale)}
          allowDeselect={false}
        />
        <SegmentedControl
          aria-label={t.theme.label}
          data={[
            { value: 'auto', label: t.theme.system },
            { value: 'light', label: t.theme.light },
            { value: 'dark', label: t.theme.dark },
          ]}
          value={scheme}
          onChange={(value) => setScheme(value as 'auto' | 'light' | 'dark')}
        />
      </Rows>
    </Section>
  );
}
