import { readFileSync } from 'node:fs';
import { buildSchema, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import type { ProviderForm } from '../registries/providerInput';
import { examples } from './examples';

const schema = buildSchema(readFileSync('../schema.graphql', 'utf8'));
const HUB: ProviderForm = {
  provider: 'DOCKER_HUB',
  label: 'Docker Hub (hosted)',
  inputName: 'dockerHub',
  documentationUrl: '',
  authentications: [{ authentication: 'ANONYMOUS', label: 'None', inputPath: [], fields: [] }],
  connectionSecurities: ['SECURE'],
  canDiscover: false,
};

test.each(examples([HUB]).map((example) => [example.query.split('\n')[0], example]))(
  'the schema takes the example: %s',
  (_title, example) => {
    expect(validate(schema, parse(example.query))).toEqual([]);
    expect(() => JSON.parse(example.variables ?? '{}')).not.toThrow();
  },
);
