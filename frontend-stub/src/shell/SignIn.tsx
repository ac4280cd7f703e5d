import { type FormEvent, useState } from 'react';
import { keepToken, wasRefused } from '../connection/token';
import { Button, Field, useTitle } from '../elements/elements';

export function SignIn() {
  useTitle('Sign in');
  const [typed, setTyped] = useState('');
  const [remembered, setRemembered] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(
    wasRefused() ? 'Your token is no longer valid. It may have ended or been revoked.' : '',
  );

  async function signIn(event: FormEvent) {
    event.preventDefault();
    const token = typed.trim();
    if (!token) return setError('Paste a token first.');
    setBusy(true);
    const refusal = await tryToken(token);
    setBusy(false);
    if (refusal) setError(refusal);
    else keepToken(token, remembered);
  }

  return (
    <main className="sign-in">
      <form onSubmit={signIn}>
        <p className="brand">Chartroom</p>
        <h1>Sign in</h1>
        <Field
          label="API token"
          error={error || undefined}
          help={
            <>
              The first one is printed when Chartroom starts with an empty store; <code>chartroom token create</code>{' '}
              makes more.
            </>
          }
        >
          {(wiring) => (
            <input
              {...wiring}
              type="password"
              autoComplete="current-password"
              spellCheck={false}
              // eslint-disable-next-line jsx-a11y/no-autofocus -- it is the one thing to do on this page.
              autoFocus
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
          )}
        </Field>
        <label className="check">
          <input type="checkbox" checked={remembered} onChange={(event) => setRemembered(event.target.checked)} />
          Remember it in this browser
        </label>
        <Button look="primary" type="submit" busy={busy}>
          Sign in
        </Button>
      </form>
    </main>
  );
}

/** Why not, or nothing. */
async function tryToken(token: string): Promise<string> {
  try {
    const answer = await fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: '{"query":"{ viewer { name } }"}',
    });
    if (answer.ok) return '';
    if (answer.status === 401)
      return 'This token is not valid. Check that it was copied whole, or ask an admin for another.';
    return `Chartroom answered with status ${answer.status}. Try again in a moment.`;
  } catch {
    return 'Chartroom does not answer. Check your network and whether the server runs.';
  }
}
