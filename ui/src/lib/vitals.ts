// How fast pages were, by the thresholds of web.dev/vitals.

export const vitalNames = ['TTFB', 'FCP', 'LCP', 'CLS', 'INP'] as const;
export type VitalName = (typeof vitalNames)[number];

export type Rating = 'good' | 'fair' | 'poor';

/** Up to the first is good, above the second is poor. Milliseconds; CLS is a score. */
const limits: Record<VitalName, readonly [good: number, poor: number]> = {
  TTFB: [800, 1800],
  FCP: [1800, 3000],
  LCP: [2500, 4000],
  CLS: [0.1, 0.25],
  INP: [200, 500],
};

export interface Vital {
  name: VitalName;
  value: number;
  rating: Rating;
}

export function rate(name: VitalName, value: number): Rating {
  const [good, poor] = limits[name];
  if (value <= good) return 'good';
  return value <= poor ? 'fair' : 'poor';
}

/** The measures that a session has, in the order in which they happen. */
export function vitalsOf(vitals: Record<string, number> | null): Vital[] {
  return vitalNames.flatMap((name) => {
    const value = vitals?.[name];
    return value === undefined ? [] : [{ name, value, rating: rate(name, value) }];
  });
}
