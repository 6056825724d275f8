import type { ReactNode } from 'react';
import classes from './Notice.module.css';

interface Props {
  icon: ReactNode;
  title: string;
  text?: ReactNode;
  children?: ReactNode;
  /** Announced when it appears: for errors. */
  alert?: boolean;
}

/** What a view says where it has nothing else to show: what is, what it means, what to do. */
export function Notice({ icon, title, text, children, alert }: Props) {
  return (
    <div className={classes.notice} role={alert ? 'alert' : undefined}>
      <div className={classes.icon} aria-hidden>
        {icon}
      </div>
      <h2 className={classes.title}>{title}</h2>
      {text && <p className={classes.text}>{text}</p>}
      {children && <div className={classes.actions}>{children}</div>}
    </div>
  );
}
