import {
  IconAlertTriangle,
  IconArrowBackUp,
  IconArrowsExchange,
  IconBolt,
  IconClick,
  IconCloudX,
  IconCursorText,
  IconFileBroken,
  IconFileText,
  IconFileTime,
  IconFlag,
  IconGauge,
  IconHexagonLetterX,
  IconHourglass,
  IconLineDashed,
  IconMessage2,
  IconPencilOff,
  IconPhotoOff,
  IconPointerExclamation,
  IconPointerOff,
  IconRefreshAlert,
  IconScribble,
  IconSnowflake,
  IconTerminal2,
  IconUserCheck,
  type TablerIcon,
} from '@tabler/icons-react';
import type { Look } from '../lib/moments';
import type { Why } from '../player/gaps';
import classes from './MomentIcon.module.css';

const icons: Record<Look | Why, TablerIcon> = {
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
  rage: IconBolt,
  dead: IconPointerOff,
  errorclick: IconPointerExclamation,
  slowrequest: IconHourglass,
  slowpage: IconFileTime,
  vital: IconGauge,
  quickback: IconArrowBackUp,
  thrash: IconScribble,
  abandon: IconPencilOff,
  freeze: IconSnowflake,
  refresh: IconRefreshAlert,
  batches: IconLineDashed,
  snapshot: IconPhotoOff,
  damaged: IconFileBroken,
};

/** The icon of a kind of moment, or of what is not there, in its colour; what it means is said beside it. */
export function MomentIcon({ look, size = 16 }: { look: Look | Why; size?: number }) {
  const Icon = icons[look];
  return <Icon size={size} stroke={1.9} aria-hidden className={`${classes.icon} ${classes[look] ?? ''}`} />;
}
