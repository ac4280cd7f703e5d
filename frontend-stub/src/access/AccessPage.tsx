import { type FormEvent, useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { Answer } from '../elements/Answer';
import { Confirmed } from '../elements/Confirmed';
import { Badge, Button, Copy, Empty, Field, Page, Refusals, reason, When, whyNot } from '../elements/elements';
import { sentence } from '../elements/words';
import { graphql } from '../gql';
import type { ApiTokensQuery, Role } from '../gql/graphql';
import { useViewer } from '../shell/Shell';
import { AuditLog } from './AuditLog';

const TOKENS = graphql(`
  query ApiTokens {
    apiTokens {
      id
      name
      role
      prefix
      createdAt
      expiresAt
      lastUsedAt
    }
  }
`);

const CREATE = graphql(`
  mutation CreateApiToken($input: CreateApiTokenInput!) {
    createApiToken(input: $input) {
      apiToken {
        id
      }
      secret
      userErrors {
        message
        field
      }
    }
  }
`);

const REVOKE = graphql(`
  mutation RevokeApiToken($id: ID!) {
    revokeApiToken(id: $id) {
      revokedApiTokenId
      userErrors {
        message
        field
      }
    }
  }
`);

export default function AccessPage() {
  const { canManageTokens, name } = useViewer();
  if (name && !canManageTokens)
    return (
      <Empty page title="For admins">
        Tokens and the audit log need a token with the role ADMIN. Ask whoever runs this Chartroom.
      </Empty>
    );
  return (
    <Page title="Access" lead="Who may ask, and what was done.">
      <Tokens />
      <AuditLog />
    </Page>
  );
}

function Tokens() {
  const asked = useQuery({ query: TOKENS });
  return (
    <section>
      <h2>Tokens</h2>
      <CreateToken />
      <Answer to={asked} lines={4}>
        {({ apiTokens }) => (apiTokens.length ? <TokenRows tokens={apiTokens} /> : <NoToken />)}
      </Answer>
    </section>
  );
}

function NoToken() {
  return <p className="faint">None was made here yet. A token that was given by a setting is not listed.</p>;
}

function TokenRows({ tokens }: { tokens: ApiTokensQuery['apiTokens'] }) {
  return (
    <ul className="rows">
      {tokens.map((token) => (
        <li key={token.id}>
          <div>
            <strong>{token.name}</strong> <span className="mono faint">{token.prefix}…</span>
            <p className="faint">
              Made <When at={token.createdAt} />
              {token.lastUsedAt && (
                <>
                  , last used <When at={token.lastUsedAt} />
                </>
              )}
              {token.expiresAt && (
                <>
                  , ends <When at={token.expiresAt} />
                </>
              )}
            </p>
          </div>
          <Badge>{sentence(token.role)}</Badge>
          <Revoke id={token.id} name={token.name} />
        </li>
      ))}
    </ul>
  );
}

const LIFETIMES: [string, number | null][] = [
  ['30 days', 30],
  ['90 days', 90],
  ['A year', 365],
  ['No end', null],
];
const ROLES: [Role, string][] = [
  ['READER', 'Reads the store'],
  ['MANAGER', 'Manages registries too'],
  ['ADMIN', 'Everything'],
];

function CreateToken() {
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('READER');
  const [lifetime, setLifetime] = useState('90 days');
  const [creating, create] = useMutation(CREATE);
  const payload = creating.data?.createApiToken;
  async function submit(event: FormEvent) {
    event.preventDefault();
    const days = LIFETIMES.find(([label]) => label === lifetime)?.[1] ?? null;
    const expiresAt = days === null ? null : new Date(Date.now() + days * 86_400_000).toISOString();
    const { data } = await create({ input: { name: name.trim(), role, expiresAt } });
    if (data?.createApiToken.secret) setName('');
  }
  return (
    <form className="token-form" onSubmit={submit}>
      <Field label="Name of a new token">
        {(wiring) => (
          <input {...wiring} value={name} required placeholder="ci" onChange={(event) => setName(event.target.value)} />
        )}
      </Field>
      <Field label="Role">
        {(wiring) => (
          <select {...wiring} value={role} onChange={(event) => setRole(event.target.value as Role)}>
            {ROLES.map(([value, about]) => (
              <option key={value} value={value}>
                {sentence(value)}: {about.toLowerCase()}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label="Ends after">
        {(wiring) => (
          <select {...wiring} value={lifetime} onChange={(event) => setLifetime(event.target.value)}>
            {LIFETIMES.map(([label]) => (
              <option key={label}>{label}</option>
            ))}
          </select>
        )}
      </Field>
      <Button look="primary" type="submit" busy={creating.fetching}>
        Make token
      </Button>
      {creating.error && <p className="field-error">{reason(creating.error)}</p>}
      <Refusals errors={payload?.userErrors ?? []} />
      {payload?.secret && (
        <div className="secret" role="status">
          <p>Copy it now: it is shown once.</p>
          <code>{payload.secret}</code>
          <Copy text={payload.secret} what="the token" />
        </div>
      )}
    </form>
  );
}

function Revoke({ id, name }: { id: string; name: string }) {
  const [, revoke] = useMutation(REVOKE);
  async function confirmed() {
    const result = await revoke({ id });
    return whyNot(result, result.data?.revokeApiToken);
  }
  return (
    <Confirmed
      label="Revoke"
      spoken={`Revoke ${name}`}
      question={`Revoke ${name}?`}
      confirm="Revoke token"
      act={confirmed}
    >
      Whoever uses it is refused at once; what it has open is closed within half a minute.
    </Confirmed>
  );
}
