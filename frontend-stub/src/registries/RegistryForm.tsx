/** The form of any provider, drawn from `providers`: what a new one needs is asked for without a change here. */
import { type FormEvent, type ReactNode, useState } from 'react';
import { Button, Field, Refusals, Switch } from '../elements/elements';
import { sentence } from '../elements/words';
import { RepositoryChips } from './RepositoryChips';
import { type FormField, type ProviderAnswers, type ProviderForm, emptyAnswers } from './providerInput';

export interface RegistryAnswers {
  name: string;
  provider: ProviderForm;
  answers: ProviderAnswers;
  useAsChartRepository: boolean;
  repositories: string[];
  syncIntervalSeconds: number | null;
  versionConstraint: string;
  versionsKept: string;
}

export interface Refusal {
  message: string;
  field: readonly string[];
}

/** The last name in the path: [input, repositories, 0] is about repositories. */
export function refusalOf(errors: readonly Refusal[], name: string): string | undefined {
  return errors.find((error) => error.field.findLast((step) => !/^\d+$/.test(step)) === name)?.message;
}

export function emptyRegistry(provider: ProviderForm): RegistryAnswers {
  return {
    name: '',
    provider,
    answers: emptyAnswers(provider),
    useAsChartRepository: true,
    repositories: [],
    syncIntervalSeconds: 3600,
    versionConstraint: '',
    versionsKept: '',
  };
}

const SECURITIES: Record<string, string> = {
  SECURE: 'HTTPS, verified by the system’s certificate authorities',
  SECURE_WITH_CA: 'HTTPS, verified by a certificate authority of your own',
  INSECURE: 'Not verified: plain HTTP, or any certificate',
};

interface Props {
  providers: readonly ProviderForm[];
  given: RegistryAnswers;
  onChange: (given: RegistryAnswers) => void;
  errors: readonly Refusal[];
  /** A stored registry: its provider stays, and its credentials are kept unless replaced. */
  stored?: boolean;
  onSubmit: () => void;
  busy: boolean;
  submitLabel: string;
  children?: ReactNode;
}

export function RegistryForm(props: Props) {
  const { providers, given, onChange, errors, stored = false, children } = props;
  const change = (part: Partial<RegistryAnswers>) => onChange({ ...given, ...part });
  const answer = (part: Partial<ProviderAnswers>) => change({ answers: { ...given.answers, ...part } });
  function submit(event: FormEvent) {
    event.preventDefault();
    props.onSubmit();
  }
  return (
    <form className="form" onSubmit={submit} noValidate>
      <Refusals errors={errors} />
      {!stored && (
        <fieldset>
          <legend>Who runs it?</legend>
          <div className="choices">
            {providers.map((provider) => (
              <label key={provider.provider} className="choice">
                <input
                  type="radio"
                  name="provider"
                  checked={provider.provider === given.provider.provider}
                  onChange={() => change({ provider, answers: emptyAnswers(provider) })}
                />
                <span>{provider.label}</span>
              </label>
            ))}
          </div>
          <p className="help">
            <a href={given.provider.documentationUrl} target="_blank" rel="noopener noreferrer">
              Its own documentation
            </a>
          </p>
        </fieldset>
      )}
      <fieldset>
        <legend>The registry</legend>
        <Field label="Name" help="How it is called here; it can be changed later." error={refusalOf(errors, 'name')}>
          {(wiring) => (
            <input
              {...wiring}
              value={given.name}
              autoComplete="off"
              onChange={(event) => change({ name: event.target.value })}
            />
          )}
        </Field>
        <HostField given={given} errors={errors} answer={answer} />
        <Security given={given} errors={errors} answer={answer} stored={stored} />
      </fieldset>
      <Credentials given={given} errors={errors} answer={answer} stored={stored} />
      <fieldset>
        <legend>Charts</legend>
        <Switch
          label="Bring its charts into the store"
          checked={given.useAsChartRepository}
          onChange={(useAsChartRepository) => change({ useAsChartRepository })}
        />
        {!stored && (
          <RepositoryChips
            names={given.repositories}
            onChange={(repositories) => change({ repositories })}
            error={refusalOf(errors, 'repositories')}
            canDiscover={given.provider.canDiscover}
          />
        )}
        <Policy given={given} errors={errors} change={change} />
      </fieldset>
      <div className="form-actions">
        <Button look="primary" type="submit" busy={props.busy}>
          {props.submitLabel}
        </Button>
        {children}
      </div>
    </form>
  );
}

interface PartProps {
  given: RegistryAnswers;
  errors: readonly Refusal[];
  answer: (part: Partial<ProviderAnswers>) => void;
  stored?: boolean;
}

function HostField({ given, errors, answer }: PartProps) {
  const { hostField, hostExample, defaultHost } = given.provider;
  if (!hostField) return defaultHost ? <p className="help">Its host is always {defaultHost}.</p> : null;
  return (
    <Field label={hostField.label} help={hostField.help} error={refusalOf(errors, hostField.name)}>
      {(wiring) => (
        <input
          {...wiring}
          className="mono"
          value={given.answers.host}
          placeholder={hostExample ?? ''}
          spellCheck={false}
          autoCapitalize="none"
          autoComplete="off"
          onChange={(event) => answer({ host: event.target.value })}
        />
      )}
    </Field>
  );
}

function Security({ given, errors, answer, stored }: PartProps) {
  if (given.provider.connectionSecurities.length < 2) return null;
  return (
    <>
      <Field label="Connection" error={refusalOf(errors, 'connectionSecurity')}>
        {(wiring) => (
          <select
            {...wiring}
            value={given.answers.connectionSecurity}
            onChange={(event) => answer({ connectionSecurity: event.target.value })}
          >
            {given.provider.connectionSecurities.map((security) => (
              <option key={security} value={security}>
                {SECURITIES[security] ?? sentence(security)}
              </option>
            ))}
          </select>
        )}
      </Field>
      {given.answers.connectionSecurity === 'SECURE_WITH_CA' && (
        <Field
          label="CA certificate"
          help={stored ? 'PEM. Empty keeps the stored one.' : 'PEM, from -----BEGIN CERTIFICATE----- on.'}
          error={refusalOf(errors, 'caCertificate')}
        >
          {(wiring) => (
            <textarea
              {...wiring}
              rows={5}
              className="mono"
              spellCheck={false}
              value={given.answers.caCertificate}
              onChange={(event) => answer({ caCertificate: event.target.value })}
            />
          )}
        </Field>
      )}
    </>
  );
}

function Credentials({ given, errors, answer, stored }: PartProps) {
  const { authentications } = given.provider;
  const chosen = authentications.find((one) => one.authentication === given.answers.authentication);
  return (
    <fieldset>
      <legend>Signing in</legend>
      {stored && (
        <Switch
          label="Replace the stored credentials"
          checked={given.answers.withCredentials}
          onChange={(withCredentials) => answer({ withCredentials })}
        />
      )}
      {(!stored || given.answers.withCredentials) && (
        <>
          <Field label="With">
            {(wiring) => (
              <select
                {...wiring}
                value={given.answers.authentication}
                onChange={(event) => answer({ authentication: event.target.value, fields: {} })}
              >
                {authentications.map((one) => (
                  <option key={one.authentication} value={one.authentication}>
                    {one.label}
                  </option>
                ))}
              </select>
            )}
          </Field>
          {chosen?.fields.map((field) => (
            <CredentialInput
              key={`${chosen.authentication} ${field.name}`}
              field={field}
              value={given.answers.fields[field.name] ?? ''}
              error={refusalOf(errors, field.name)}
              onChange={(value) => answer({ fields: { ...given.answers.fields, [field.name]: value } })}
            />
          ))}
        </>
      )}
    </fieldset>
  );
}

function CredentialInput({
  field,
  value,
  error,
  onChange,
}: {
  field: FormField;
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
}) {
  const common = {
    value,
    required: field.required,
    spellCheck: false,
    autoComplete: 'off',
    autoCapitalize: 'none',
    onChange: (event: { target: { value: string } }) => onChange(event.target.value),
  };
  return (
    <Field label={field.label} help={field.help} error={error} optional={!field.required}>
      {(wiring) =>
        field.multiline ? (
          <textarea {...wiring} {...common} rows={6} className="mono" />
        ) : (
          <input
            {...wiring}
            {...common}
            type={field.secret ? 'password' : 'text'}
            {...(field.secret ? { autoComplete: 'new-password' } : {})}
          />
        )
      }
    </Field>
  );
}

const SCHEDULES: [number | null, string][] = [
  [null, 'Only by hand or webhook'],
  [900, 'Every 15 minutes'],
  [3600, 'Every hour'],
  [21_600, 'Every 6 hours'],
  [86_400, 'Every day'],
];

function Policy({
  given,
  errors,
  change,
}: {
  given: RegistryAnswers;
  errors: readonly Refusal[];
  change: (part: Partial<RegistryAnswers>) => void;
}) {
  const own = given.syncIntervalSeconds;
  const schedules = SCHEDULES.some(([seconds]) => seconds === own)
    ? SCHEDULES
    : [...SCHEDULES, [own, `Every ${own} seconds`] as [number | null, string]];
  return (
    <>
      <Field label="Sync" error={refusalOf(errors, 'syncIntervalSeconds')}>
        {(wiring) => (
          <select
            {...wiring}
            value={own ?? ''}
            onChange={(event) =>
              change({ syncIntervalSeconds: event.target.value ? Number(event.target.value) : null })
            }
          >
            {schedules.map(([seconds, label]) => (
              <option key={label} value={seconds ?? ''}>
                {label}
              </option>
            ))}
          </select>
        )}
      </Field>
      <details>
        <summary>Which versions are kept</summary>
        <Field
          label="Version constraint"
          optional
          help="As in Chart.yaml, e.g. >=1.2 <3. Others are passed over."
          error={refusalOf(errors, 'versionConstraint')}
        >
          {(wiring) => (
            <input
              {...wiring}
              className="mono"
              spellCheck={false}
              value={given.versionConstraint}
              onChange={(event) => change({ versionConstraint: event.target.value })}
            />
          )}
        </Field>
        <Field
          label="Newest versions of each chart"
          optional
          help="Empty keeps all of them."
          error={refusalOf(errors, 'versionsKept')}
        >
          {(wiring) => (
            <input
              {...wiring}
              inputMode="numeric"
              value={given.versionsKept}
              onChange={(event) => change({ versionsKept: event.target.value.replace(/\D/g, '') })}
            />
          )}
        </Field>
      </details>
    </>
  );
}

export function useRegistryForm(first: RegistryAnswers) {
  const [given, setGiven] = useState(first);
  const [errors, setErrors] = useState<readonly Refusal[]>([]);
  return { given, setGiven, errors, setErrors };
}
