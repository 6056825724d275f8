import type { ReactNode } from 'react';
import classes from './Section.module.css';

interface Props {
  id: string;
  title: string;
  text?: string;
  children: ReactNode;
}

export function Section({ id, title, text, children }: Props) {
  return (
    <section id={id} aria-labelledby={`${id}-title`} className={classes.section}>
      <h2 id={`${id}-title`} className={classes.title}>
        {title}
      </h2>
      {text && <p className={classes.text}>{text}</p>}
      {children}
    </section>
  );
}

/** Fields with the button that saves them. */
export function Rows({ children }: { children: ReactNode }) {
  return <div className={classes.rows}>{children}</div>;
}

export function Hint({ children }: { children: ReactNode }) {
  return <p className={classes.hint}>{children}</p>;
}
