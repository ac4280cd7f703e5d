/** The small pieces every page is set in. */
import {
  type ButtonHTMLAttributes,
  type ReactNode,
  createContext,
  useContext,
  useEffect,
  useId,
  useRef,
  useState,
} from 'react';
import type { CombinedError } from 'urql';
import { ago, sentence } from './words';

export function Page({
  title,
  lead,
  actions,
  children,
}: {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  useTitle(title);
  return (
    <>
      <header className="page-head">
        <div>
          <h1>{title}</h1>
          {lead && <p className="lead">{lead}</p>}
        </div>
        {actions && <div className="actions">{actions}</div>}
      </header>
      {children}
    </>
  );
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Chartroom`;
  }, [title]);
}

type Look = 'primary' | 'plain' | 'quiet' | 'danger';

export function Button({
  look = 'plain',
  busy = false,
  children,
  disabled,
  ...rest
}: {
  look?: Look;
  busy?: boolean;
} & ButtonHTMLAttributes<HTMLButtonElement>) {
  return (
    <button
      type="button"
      className={`button ${look}`}
      aria-busy={busy || undefined}
      disabled={disabled || busy}
      {...rest}
    >
      {children}
    </button>
  );
}

export function Badge({ tone = 'neutral', children }: { tone?: Tone; children: ReactNode }) {
  return <span className={`badge ${tone}`}>{children}</span>;
}

export type Tone = 'neutral' | 'good' | 'warning' | 'bad' | 'busy';

const TONES: Record<string, Tone> = {
  SYNCED: 'good',
  SUCCEEDED: 'good',
  PASSED: 'good',
  VERIFIED: 'good',
  PARTIAL: 'warning',
  UNVERIFIED: 'warning',
  FAILED: 'bad',
  INVALID: 'bad',
  RUNNING: 'busy',
  QUEUED: 'busy',
};

export function State({ of }: { of: string }) {
  return <Badge tone={TONES[of] ?? 'neutral'}>{sentence(of)}</Badge>;
}

const Now = createContext(Date.now());

/** Keeps every "3 minutes ago" right without a timer in each. */
export function Clock({ children }: { children: ReactNode }) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, []);
  return <Now value={now}>{children}</Now>;
}

export function When({ at }: { at: string }) {
  const now = useContext(Now);
  return (
    <time dateTime={at} title={new Date(at).toLocaleString()}>
      {ago(at, Math.max(now, Date.parse(at) <= Date.now() ? Date.parse(at) : now))}
    </time>
  );
}

/** For days that are far off: nobody counts in years. */
export function Day({ at }: { at: string }) {
  return (
    <time dateTime={at} title={new Date(at).toLocaleString()}>
      {new Date(at).toLocaleDateString('en', { day: 'numeric', month: 'long', year: 'numeric' })}
    </time>
  );
}

/** `page`: it is all there is, so its title is the page's. */
export function Empty({
  title,
  children,
  action,
  page = false,
}: {
  title: string;
  children: ReactNode;
  action?: ReactNode;
  page?: boolean;
}) {
  const Title = page ? 'h1' : 'h2';
  return (
    <section className="empty">
      <svg viewBox="0 0 32 32" aria-hidden="true">
        <circle cx="16" cy="16" r="13" />
        <path d="M16 6l2.6 10L16 26l-2.6-10z" />
        <path d="M6 16l10-2.2L26 16l-10 2.2z" />
      </svg>
      <Title>{title}</Title>
      <p>{children}</p>
      {action}
    </section>
  );
}

export function Failure({ error, retry }: { error: CombinedError; retry?: () => void }) {
  return (
    <section className="failure" role="alert">
      <h2>{error.networkError ? 'Chartroom does not answer' : 'This did not work'}</h2>
      <p>{reason(error)}</p>
      {retry && <Button onClick={retry}>Try again</Button>}
    </section>
  );
}

export function reason(error: CombinedError): string {
  if (error.networkError) return 'Check your network and whether the server runs, then try again.';
  return error.graphQLErrors.map((one) => one.message).join(' ');
}

/** Why a mutation did nothing: what the caller can mend, or what else went wrong. */
export function whyNot(
  result: { error?: CombinedError | undefined },
  payload: { userErrors: readonly { message: string }[] } | null | undefined,
): string | undefined {
  return result.error ? reason(result.error) : payload?.userErrors[0]?.message;
}

/** Lines as tall as what will stand there, so that nothing moves when it comes. */
export function Skeleton({ lines = 3, tall = false }: { lines?: number; tall?: boolean }) {
  return (
    <div className={tall ? 'skeleton tall' : 'skeleton'} role="status">
      <span className="unseen">Loading</span>
      {Array.from({ length: lines }, (_, line) => (
        <i key={line} style={{ inlineSize: `${[92, 78, 85, 64][line % 4]}%` }} />
      ))}
    </div>
  );
}

export function Field({
  label,
  help,
  error,
  optional = false,
  children,
}: {
  label: string;
  help?: ReactNode;
  error?: string | undefined;
  optional?: boolean;
  children: (wiring: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: true }) => ReactNode;
}) {
  const id = useId();
  const described = [help ? `${id}-help` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ');
  return (
    <div className="field">
      <label htmlFor={id}>
        {label}
        {optional && <span className="faint"> optional</span>}
      </label>
      {children({
        id,
        ...(described ? { 'aria-describedby': described } : {}),
        ...(error ? { 'aria-invalid': true as const } : {}),
      })}
      {help && (
        <p className="help" id={`${id}-help`}>
          {help}
        </p>
      )}
      {error && (
        <p className="field-error" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}

export function Switch({
  label,
  checked,
  onChange,
  disabled = false,
  labelUnseen = false,
}: {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  disabled?: boolean;
  labelUnseen?: boolean;
}) {
  return (
    <label className="switch">
      <input
        type="checkbox"
        // A checkbox says by itself whether it is checked.
        role="switch"
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span className={labelUnseen ? 'unseen' : undefined}>{label}</span>
    </label>
  );
}

export function Copy({ text, what }: { text: string; what: string }) {
  const [said, setSaid] = useState('');
  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      setSaid('Copied');
    } catch {
      setSaid('Not allowed; select and copy');
    }
    setTimeout(() => setSaid(''), 2_500);
  }
  return (
    <button type="button" className="button quiet copy" onClick={copy} aria-label={`Copy ${what}`}>
      <span role="status">{said || 'Copy'}</span>
    </button>
  );
}

export function Dialog({
  title,
  open,
  onClose,
  children,
}: {
  title: string;
  open: boolean;
  onClose: () => void;
  children: ReactNode;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    if (open && !dialog.current?.open) dialog.current?.showModal();
    if (!open) dialog.current?.close();
  }, [open]);
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby={id}>
      {open && (
        <>
          <header>
            <h2 id={id}>{title}</h2>
            <Button look="quiet" onClick={onClose} aria-label="Close">
              ×
            </Button>
          </header>
          {children}
        </>
      )}
    </dialog>
  );
}

export function Bar({ share, label }: { share: number | null; label: string }) {
  return (
    <progress className="bar" aria-label={label} max={1} {...(share === null ? {} : { value: share })}>
      {share === null ? '' : `${Math.round(share * 100)} %`}
    </progress>
  );
}

/** What the caller can mend: a list above the form, as the server said it. */
export function Refusals({ errors }: { errors: readonly { message: string }[] }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (errors.length) box.current?.focus();
  }, [errors]);
  if (!errors.length) return null;
  return (
    <div className="refusals" role="alert" tabIndex={-1} ref={box}>
      <ul>
        {errors.map((error) => (
          <li key={error.message}>{error.message}</li>
        ))}
      </ul>
    </div>
  );
}

export function Pager({
  hasNext,
  isFirst,
  first,
  next,
}: {
  hasNext: boolean;
  isFirst: boolean;
  first: ReactNode;
  next: ReactNode;
}) {
  if (!hasNext && isFirst) return null;
  return (
    <nav className="pager" aria-label="Pages">
      {!isFirst && first}
      {hasNext && next}
    </nav>
  );
}
