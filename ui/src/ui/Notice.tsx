import type { ReactNode } from 'react';
import classes from './Notice.module.css';

interface Props {
  icon: ReactNode;
  title: string;
  text?: ReactNode;
  children?: ReactNode;
  /** Announced when it appears: for errors. */
  alert?: boolean;
  /** The view has nothing else, and this is its heading. */
  main?: boolean;
}

/** What a view says where it has nothing else to show: what is, what it means, what to do. */
export function Notice({ icon, title, text, children, alert, main }: Props) {
  const Heading = main ? 'h1' : 'h2';
  return (
    <div className={classes.notice} role={alert ? 'alert' : undefined}>
      <div className={classes.icon} aria-hidden>
        {icon}
      </div>
      <Heading className={classes.title}>{title}</Heading>
      {text && <p className={classes.text}>{text}</p>}
      {children && <div className={classes.actions}>{children}</div>}
    </div>
  );
}
