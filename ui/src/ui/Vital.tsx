import { IconAlertTriangle, IconCircleCheck, IconCircleX, type TablerIcon } from '@tabler/icons-react';
import { useLanguage } from '../i18n/i18n';
import type { Rating, Vital as Measured } from '../lib/vitals';
import classes from './Vital.module.css';

const icons: Record<Rating, TablerIcon> = { good: IconCircleCheck, fair: IconAlertTriangle, poor: IconCircleX };

/** One web vital: how much, and in words whether that is good. */
export function Vital({ vital }: { vital: Measured }) {
  const { t, f } = useLanguage();
  const Icon = icons[vital.rating];
  return (
    <span className={classes.vital}>
      <span className={classes.value}>{vital.name === 'CLS' ? f.number(Math.round(vital.value * 1000) / 1000) : f.latency(vital.value)}</span>
      <span className={classes.rating} data-rating={vital.rating}>
        <Icon size={14} stroke={1.9} aria-hidden />
        {t.panel.user.ratings[vital.rating]}
      </span>
    </span>
  );
}
