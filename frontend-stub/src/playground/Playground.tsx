import 'graphiql/setup-workers/vite';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import 'graphiql/style.css';
import { createClient } from 'graphql-ws';
import { type FormEvent, useEffect, useMemo, useState } from 'react';
import { forgetToken, keepToken, useToken } from '../connection/token';
import type { ProviderForm } from '../registries/providerInput';
import { examples } from './examples';

const URL_HTTP = new URL('/graphql', location.href).href;
const URL_SOCKET = URL_HTTP.replace(/^http/, 'ws');

const WHO = `{
  viewer { name role }
  providers {
    provider label inputName defaultHost hostExample documentationUrl connectionSecurities canDiscover
    hostField { name label secret required multiline help }
    authentications { authentication label inputPath fields { name label secret required multiline help } }
  }
}`;

interface Seen {
  token: string;
  name: string;
  role: string;
  providers: ProviderForm[];
}

export function Playground() {
  const token = useToken();
  const [seen, setSeen] = useState<Seen | null>(null);
  const [refusal, setRefusal] = useState('');

  useEffect(() => {
    if (!token) return setSeen(null);
    let current = true;
    const tell = (found: Seen | null, why: string) => {
      if (!current) return;
      setSeen(found);
      setRefusal(why);
    };
    whoIs(token).then(
      (found) => tell(found, ''),
      (error: Error) => tell(null, error.message),
    );
    return () => {
      current = false;
    };
  }, [token]);

  return (
    <div className="playground">
      <header className="playground-bar">
        <a href="/" className="playground-home">
          Chartroom
        </a>
        <TokenForm seen={seen} refusal={refusal} />
      </header>
      <main className="playground-editor">
        {seen && seen.token === token ? (
          <>
            <h1 className="unseen">GraphQL playground</h1>
            <Editor key={token} seen={seen} />
          </>
        ) : (
          <Welcome />
        )}
      </main>
    </div>
  );
}

async function whoIs(token: string): Promise<Seen> {
  let answer: Response;
  try {
    answer = await fetch(URL_HTTP, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: WHO }),
    });
  } catch {
    throw new Error('Chartroom does not answer. Is it running? Press “Use token” to try again.');
  }
  if (answer.status === 401) throw new Error('This token is not valid, or no longer. Ask an admin for another.');
  const body = (await answer.json()) as {
    data?: { viewer: { name: string; role: string }; providers: ProviderForm[] };
    errors?: { message: string }[];
  };
  if (!body.data) throw new Error(body.errors?.[0]?.message ?? `Chartroom answered with status ${answer.status}.`);
  return { token, ...body.data.viewer, providers: body.data.providers };
}

function TokenForm({ seen, refusal }: { seen: Seen | null; refusal: string }) {
  const [typed, setTyped] = useState('');
  function use(event: FormEvent) {
    event.preventDefault();
    forgetToken();
    if (typed.trim()) keepToken(typed.trim(), false);
    setTyped('');
  }
  if (seen)
    return (
      <p className="playground-viewer">
        <span>
          Signed in as <strong>{seen.name}</strong> ({seen.role})
        </span>
        <button type="button" onClick={forgetToken}>
          Change token
        </button>
      </p>
    );
  return (
    <form className="playground-token" onSubmit={use}>
      <label htmlFor="token">API token</label>
      <input
        id="token"
        type="password"
        autoComplete="off"
        spellCheck={false}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        aria-describedby="token-refusal"
      />
      <button type="submit">Use token</button>
      <span id="token-refusal" role="status">
        {refusal}
      </span>
    </form>
  );
}

function Welcome() {
  return (
    <div className="playground-welcome">
      <h1>GraphQL playground</h1>
      <p>Paste an API token above to ask questions, change things and watch syncs as they happen.</p>
      <p>
        The first token is printed when Chartroom starts with an empty store, and <code>chartroom token create</code>{' '}
        makes more. It stays in this browser tab.
      </p>
    </div>
  );
}

function Editor({ seen }: { seen: Seen }) {
  const fetcher = useMemo(() => {
    const authorization = `Bearer ${seen.token}`;
    const wsClient = createClient({ url: URL_SOCKET, connectionParams: { authorization }, lazy: true });
    return createGraphiQLFetcher({ url: URL_HTTP, headers: { authorization }, wsClient });
  }, [seen.token]);
  const tabs = useMemo(() => examples(seen.providers), [seen.providers]);
  return <GraphiQL fetcher={fetcher} defaultTabs={tabs} defaultEditorToolsVisibility="variables" />;
}
