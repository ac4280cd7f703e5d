import { readFileSync } from 'node:fs';
import { buildSchema, isObjectType } from 'graphql';
import { expect, test } from 'vitest';
import { VALUE_TYPES } from './cache';

const schema = buildSchema(readFileSync('../schema.graphql', 'utf8'));
const ROOTS = ['Query', 'Mutation', 'Subscription'];

test('every type without an id is known to the cache as a value, and no other', () => {
  const values = Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .filter((type) => !type.name.startsWith('__') && !ROOTS.includes(type.name) && !type.getFields().id)
    .map((type) => type.name);
  expect([...VALUE_TYPES].sort()).toEqual(values.sort());
});
