import { type ReactNode, useEffect, useState } from 'react';

/** What loads within this time is shown at once, with nothing flashing before it. */
const skeletonDelayMs = 200;

/** Shows its children only if it is still there after 200 ms. */
export function Delayed({ children }: { children: ReactNode }) {
  const [due, setDue] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setDue(true), skeletonDelayMs);
    return () => clearTimeout(timer);
  }, []);
  return due ? children : null;
}
