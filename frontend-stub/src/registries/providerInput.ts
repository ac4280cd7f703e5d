/** What was typed into a form drawn from `providers`, as the ProviderInput it stands for. Knows no provider. */

export interface FormField {
  name: string;
  label: string;
  secret: boolean;
  required: boolean;
  multiline: boolean;
  help?: string | null;
}

export interface FormAuthentication {
  authentication: string;
  label: string;
  inputPath: readonly string[];
  fields: readonly FormField[];
}

export interface ProviderForm {
  provider: string;
  label: string;
  inputName: string;
  hostField?: FormField | null;
  defaultHost?: string | null;
  hostExample?: string | null;
  documentationUrl: string;
  authentications: readonly FormAuthentication[];
  connectionSecurities: readonly string[];
  canDiscover: boolean;
}

export interface ProviderAnswers {
  host: string;
  authentication: string;
  /** By the name of the field; empty ones are left out where they may be. */
  fields: Readonly<Record<string, string>>;
  connectionSecurity: string;
  caCertificate: string;
  /** False leaves credentials out, so that those that are stored are kept. */
  withCredentials: boolean;
}

export type NestedInput = { [name: string]: NestedInput | string };

export function providerInput(form: ProviderForm, answers: ProviderAnswers): NestedInput {
  const member: NestedInput = {};
  if (form.hostField) member[form.hostField.name] = answers.host.trim();
  if (form.connectionSecurities.length > 1) {
    member.connectionSecurity = answers.connectionSecurity;
    if (answers.connectionSecurity === 'SECURE_WITH_CA' && answers.caCertificate.trim())
      member.caCertificate = answers.caCertificate;
  }
  const authentication = form.authentications.find((one) => one.authentication === answers.authentication);
  if (authentication && answers.withCredentials) {
    let place = member;
    for (const step of authentication.inputPath) {
      const inner: NestedInput = {};
      place[step] = inner;
      place = inner;
    }
    for (const field of authentication.fields) {
      const given = answers.fields[field.name] ?? '';
      // An empty one that must be given goes along: the server's refusal names the field, GraphQL's would not.
      if (given !== '' || field.required) place[field.name] = given;
    }
  }
  return { [form.inputName]: member };
}

export function emptyAnswers(form: ProviderForm): ProviderAnswers {
  return {
    host: form.defaultHost ?? '',
    authentication: form.authentications[0]?.authentication ?? 'ANONYMOUS',
    fields: {},
    connectionSecurity: form.connectionSecurities[0] ?? 'SECURE',
    caCertificate: '',
    withCredentials: true,
  };
}
