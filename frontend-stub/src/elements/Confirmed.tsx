import { type ReactNode, useState } from 'react';
import { Button, Dialog } from './elements';

interface Props {
  /** On the button that opens the question. */
  label: string;
  /** Tells the button from those of other rows. */
  spoken?: string;
  look?: 'danger' | 'quiet';
  question: string;
  /** What comes of it. */
  children: ReactNode;
  confirm: string;
  /** Why it was refused, or nothing. */
  act: () => Promise<string | undefined>;
}

/** A button for what cannot be undone: it asks first. */
export function Confirmed({ label, spoken, look = 'quiet', question, children, confirm, act }: Props) {
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string>();
  async function confirmed() {
    setBusy(true);
    const refused = await act();
    setBusy(false);
    setRefusal(refused);
    if (!refused) setOpen(false);
  }
  return (
    <>
      <Button look={look} onClick={() => setOpen(true)} aria-label={spoken}>
        {label}
      </Button>
      <Dialog title={question} open={open} onClose={() => setOpen(false)}>
        <p>{children}</p>
        {refusal ? (
          <p className="field-error" role="alert">
            {refusal}
          </p>
        ) : null}
        <div className="form-actions">
          <Button look="danger" busy={busy} onClick={confirmed}>
            {confirm}
          </Button>
          <Button look="quiet" onClick={() => setOpen(false)}>
            Keep it
          </Button>
        </div>
      </Dialog>
    </>
  );
}
