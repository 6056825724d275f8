import { useComputedColorScheme, useMantineColorScheme } from '@mantine/core';

/** Light, dark or the system's; remembered by Mantine. */
export function useLook() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme('light') === 'dark';
  return { scheme: colorScheme, setScheme: setColorScheme, dark, toggle: () => setColorScheme(dark ? 'light' : 'dark') };
}
