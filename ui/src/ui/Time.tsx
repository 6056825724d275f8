import { Tooltip } from '@mantine/core';
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import { useLanguage } from '../i18n/i18n';

/** Relative times move on this often; none is finer than seconds for longer than a minute. */
const tickMs = 10_000;

const Now = createContext(0);

/** One clock for all relative times on screen. */
export function NowProvider({ children }: { children: ReactNode }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), tickMs);
    return () => clearInterval(timer);
  }, []);
  return <Now.Provider value={now}>{children}</Now.Provider>;
}

export const useNow = () => useContext(Now);

/** A time as "3 minutes ago", with the exact one on hover. */
export function Time({ at, className }: { at: number; className?: string }) {
  const { f } = useLanguage();
  // Something newer than the last tick is never "in the future".
  const now = Math.max(useNow(), at);
  return (
    <Tooltip label={f.exact(at)}>
      <time className={className} dateTime={new Date(at).toISOString()}>
        {f.relative(at, now)}
      </time>
    </Tooltip>
  );
}
