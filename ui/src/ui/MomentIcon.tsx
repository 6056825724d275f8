import {
  IconAlertTriangle,
  IconArrowsExchange,
  IconClick,
  IconCloudX,
  IconCursorText,
  IconFileText,
  IconFlag,
  IconHexagonLetterX,
  IconMessage2,
  IconTerminal2,
  IconUserCheck,
  type TablerIcon,
} from '@tabler/icons-react';
import type { Look } from '../lib/moments';
import classes from './MomentIcon.module.css';

const icons: Record<Look, TablerIcon> = {
  error: IconHexagonLetterX,
  warning: IconAlertTriangle,
  request: IconCloudX,
  response: IconMessage2,
  click: IconClick,
  page: IconFileText,
  input: IconCursorText,
  custom: IconFlag,
  identify: IconUserCheck,
  console: IconTerminal2,
  network: IconArrowsExchange,
};

/** The icon of a kind of moment, in its colour; what it means is said beside it. */
export function MomentIcon({ look, size = 16 }: { look: Look; size?: number }) {
  const Icon = icons[look];
  return <Icon size={size} stroke={1.9} aria-hidden className={`${classes.icon} ${classes[look] ?? ''}`} />;
}
