import { createTheme, InputWrapper, type MantineThemeOverride, mergeThemeOverrides, Notification, rem } from '@mantine/core';

// Dense and calm: 13 px text, a 4 px grid, one accent. Components keep Mantine's looks.
const theme = createTheme({
  primaryColor: 'indigo',
  primaryShade: 7,
  fontFamily: "'Pretendard Variable', Pretendard, -apple-system, BlinkMacSystemFont, system-ui, 'Noto Sans KR', sans-serif",
  fontFamilyMonospace: "ui-monospace, SFMono-Regular, Menlo, Consolas, 'Noto Sans Mono CJK KR', monospace",
  fontSizes: { xs: rem(12), sm: rem(13), md: rem(14), lg: rem(16), xl: rem(18) },
  lineHeights: { xs: '1.35', sm: '1.45', md: '1.5', lg: '1.5', xl: '1.5' },
  spacing: { xs: rem(8), sm: rem(12), md: rem(16), lg: rem(24), xl: rem(32) },
  radius: { xs: rem(3), sm: rem(5), md: rem(7), lg: rem(10), xl: rem(16) },
  defaultRadius: 'sm',
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
  headings: {
    fontWeight: '650',
    sizes: {
      h1: { fontSize: rem(18), lineHeight: '1.4' },
      h2: { fontSize: rem(15), lineHeight: '1.4' },
      h3: { fontSize: rem(13), lineHeight: '1.4' },
    },
  },
  components: {
    Button: { defaultProps: { size: 'xs' } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' } },
    TextInput: { defaultProps: { size: 'xs' } },
    PasswordInput: { defaultProps: { size: 'xs' } },
    NumberInput: { defaultProps: { size: 'xs' } },
    Select: { defaultProps: { size: 'xs', comboboxProps: { transitionProps: { duration: 100 } } } },
    // Mantine writes descriptions and errors two sizes below the field: too small here.
    InputWrapper: InputWrapper.extend({
      vars: () => ({ label: {}, description: { '--input-description-size': rem(12) }, error: { '--input-error-size': rem(12) }, success: {} }),
    }),
    SegmentedControl: { defaultProps: { size: 'xs', transitionDuration: 120 } },
    Tooltip: { defaultProps: { openDelay: 350, transitionProps: { duration: 100 }, withArrow: false, fz: 'xs' } },
    Menu: { defaultProps: { transitionProps: { duration: 100 }, shadow: 'md' } },
    Modal: { defaultProps: { transitionProps: { duration: 120 }, centered: true } },
    Drawer: { defaultProps: { transitionProps: { duration: 120 } } },
  },
});

/** The looks, with the words that Mantine's own parts need. */
export function themeWith(words: { close: string }): MantineThemeOverride {
  return mergeThemeOverrides(theme, {
    components: { Notification: Notification.extend({ defaultProps: { closeButtonProps: { 'aria-label': words.close } } }) },
  });
}
