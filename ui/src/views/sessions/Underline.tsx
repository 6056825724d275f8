import { type RefObject, useLayoutEffect, useRef } from 'react';
import type { QueryFault } from '../../api/client';
import { cut } from './completing';
import classes from './QueryField.module.css';

interface Props {
  field: RefObject<HTMLInputElement | null>;
  text: string;
  fault: QueryFault;
}

/** Lies over the field with the same text, of which only the line below the refused part is seen. */
export function Underline({ field, text, fault }: Props) {
  const line = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const input = field.current;
    if (!input) return;
    const follow = () => line.current?.scrollTo({ left: input.scrollLeft, behavior: 'instant' });
    follow();
    input.addEventListener('scroll', follow);
    return () => input.removeEventListener('scroll', follow);
  });
  // The query went out without the spaces at its ends.
  const ahead = Array.from(text).length - Array.from(text.trimStart()).length;
  const [before, refused, after] = cut(text, fault.position + ahead, Math.max(fault.end, fault.position + 1) + ahead);
  return (
    <div ref={line} className={classes.underline} aria-hidden>
      {before}
      <span className={classes.refused}>{refused}</span>
      {after}
    </div>
  );
}
