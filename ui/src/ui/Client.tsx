import { Tooltip } from '@mantine/core';
import {
  IconBrandChrome,
  IconBrandEdge,
  IconBrandFirefox,
  IconBrandOpera,
  IconBrandSafari,
  IconDeviceDesktop,
  IconDeviceMobile,
  IconDeviceTablet,
  IconRobot,
  IconWorld,
  type TablerIcon,
} from '@tabler/icons-react';
import type { Session } from '../api/types';
import { useLanguage } from '../i18n/i18n';
import classes from './Client.module.css';

const browsers: [RegExp, TablerIcon][] = [
  [/edge/i, IconBrandEdge],
  [/opera/i, IconBrandOpera],
  [/firefox/i, IconBrandFirefox],
  [/safari/i, IconBrandSafari],
  [/chrom/i, IconBrandChrome],
];

const devices: Record<string, TablerIcon> = { desktop: IconDeviceDesktop, mobile: IconDeviceMobile, tablet: IconDeviceTablet, bot: IconRobot };

/** Where a session came from: country, browser and device, as far as they are known. */
export function Client({ session }: { session: Pick<Session, 'browser' | 'os' | 'device' | 'country'> }) {
  const { t, f } = useLanguage();
  const Browser = browsers.find(([name]) => name.test(session.browser))?.[1] ?? IconWorld;
  const Device = devices[session.device];
  const device = t.sessions.devices[session.device] ?? session.device;
  return (
    <span className={classes.client}>
      {session.country && <span className={classes.part}>{f.country(session.country)}</span>}
      {session.browser && (
        <span className={classes.part}>
          <Browser size={15} stroke={1.6} aria-hidden />
          {session.browser}
        </span>
      )}
      {(Device || session.os) && (
        <Tooltip label={[device, session.os].filter(Boolean).join(' · ')}>
          <span className={classes.part}>
            {Device && <Device size={15} stroke={1.6} role="img" aria-label={device} />}
            {session.os}
          </span>
        </Tooltip>
      )}
    </span>
  );
}
