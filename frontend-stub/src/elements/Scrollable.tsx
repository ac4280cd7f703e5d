import type { ReactNode } from 'react';
import { Copy } from './elements';

/** What may be wider or longer than its place: it scrolls by itself, by the keyboard too. */
export function Scrollable({ label, className, children }: { label: string; className: string; children: ReactNode }) {
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by the keyboard (WCAG 2.1.1).
    <section className={className} aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}

export function Table({ label, busy = false, children }: { label: string; busy?: boolean; children: ReactNode }) {
  return (
    <Scrollable label={label} className="table-box">
      <table aria-busy={busy}>{children}</table>
    </Scrollable>
  );
}

/** A text as it was written. `copied`: what the button gives, where there is one. */
export function Code({
  label,
  copied,
  className = '',
  children,
}: {
  label: string;
  copied?: string;
  className?: string;
  children: ReactNode;
}) {
  return (
    <div className="code-box">
      {copied === undefined ? null : <Copy text={copied} what={label} />}
      <Scrollable label={label} className="code">
        <pre className={className}>{children}</pre>
      </Scrollable>
    </div>
  );
}
