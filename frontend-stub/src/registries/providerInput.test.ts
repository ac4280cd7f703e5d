import { readFileSync } from 'node:fs';
import { type GraphQLInputType, buildSchema, coerceInputValue } from 'graphql';
import { expect, test } from 'vitest';
import { type ProviderForm, emptyAnswers, providerInput } from './providerInput';

const schema = buildSchema(readFileSync('../schema.graphql', 'utf8'));

function field(name: string, required = true) {
  return { name, label: name, secret: false, required, multiline: false };
}

const OTHER: ProviderForm = {
  provider: 'OTHER',
  label: 'Other',
  inputName: 'other',
  hostField: field('registryUrl'),
  hostExample: 'registry.example.com',
  documentationUrl: '',
  authentications: [
    {
      authentication: 'USERNAME_PASSWORD',
      label: '',
      inputPath: ['authentication'],
      fields: [field('username'), field('passwordOrToken')],
    },
    { authentication: 'ANONYMOUS', label: '', inputPath: [], fields: [] },
  ],
  connectionSecurities: ['SECURE', 'SECURE_WITH_CA', 'INSECURE'],
  canDiscover: true,
};

const ECR: ProviderForm = {
  ...OTHER,
  inputName: 'ecr',
  connectionSecurities: ['SECURE'],
  authentications: [
    {
      authentication: 'ECR_IAM_ROLE',
      label: '',
      inputPath: ['authentication', 'iamRole'],
      fields: [field('assumeRoleArn', false)],
    },
  ],
};

function faults(input: unknown): string[] {
  const found: string[] = [];
  coerceInputValue(input, schema.getType('ProviderInput') as GraphQLInputType, (_path, _value, error) =>
    found.push(error.message),
  );
  return found;
}

const GIVEN = { host: ' registry.example.com ', fields: { username: 'robot', passwordOrToken: 'secret' } };

test('credentials stand where the path leads, and the schema takes them', () => {
  const input = providerInput(OTHER, { ...emptyAnswers(OTHER), ...GIVEN });
  expect(input).toEqual({
    other: {
      registryUrl: 'registry.example.com',
      connectionSecurity: 'SECURE',
      authentication: { username: 'robot', passwordOrToken: 'secret' },
    },
  });
  expect(faults(input)).toEqual([]);
});

test('a kind without required fields is still chosen, by an empty object', () => {
  const input = providerInput(ECR, { ...emptyAnswers(ECR), host: '123456789012.dkr.ecr.eu-central-1.amazonaws.com' });
  expect(input).toMatchObject({ ecr: { authentication: { iamRole: {} } } });
  expect(faults(input)).toEqual([]);
});

test('an empty field is left out where it may be, and refused by the server where it may not', () => {
  expect(providerInput(ECR, emptyAnswers(ECR))).toMatchObject({ ecr: { authentication: { iamRole: {} } } });
  const input = providerInput(OTHER, emptyAnswers(OTHER));
  expect(input).toMatchObject({ other: { authentication: { username: '', passwordOrToken: '' } } });
  expect(faults(input)).toEqual([]);
});

test('no credentials are sent when none are wanted', () => {
  const anonymous = providerInput(OTHER, { ...emptyAnswers(OTHER), ...GIVEN, authentication: 'ANONYMOUS' });
  const kept = providerInput(OTHER, { ...emptyAnswers(OTHER), ...GIVEN, withCredentials: false });
  expect(JSON.stringify([anonymous, kept])).not.toContain('secret');
});

test('the certificate goes along only where it is used', () => {
  const answers = { ...emptyAnswers(OTHER), ...GIVEN, caCertificate: 'PEM' };
  expect(providerInput(OTHER, answers).other).not.toHaveProperty('caCertificate');
  expect(providerInput(OTHER, { ...answers, connectionSecurity: 'SECURE_WITH_CA' }).other).toHaveProperty(
    'caCertificate',
    'PEM',
  );
});
