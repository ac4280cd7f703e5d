import { expect, test } from 'vitest';
import { schemaTree } from './schemaTree';

test('properties become a tree with types, defaults and bounds', () => {
  const [image, replicas] = schemaTree({
    required: ['image'],
    properties: {
      image: { type: 'object', properties: { tag: { type: ['string', 'null'], default: 'latest' } } },
      replicas: { type: 'integer', minimum: 1, description: 'Copies' },
    },
  });
  expect(image).toMatchObject({ name: 'image', type: 'object', required: true });
  expect(image?.children[0]).toMatchObject({ name: 'tag', type: 'string or null', fallback: '"latest"' });
  expect(replicas).toMatchObject({ required: false, bounds: ['minimum 1'], description: 'Copies', children: [] });
});

test('references within the document are followed, and loops end', () => {
  const [node] = schemaTree({
    properties: { node: { $ref: '#/$defs/node' } },
    $defs: { node: { type: 'object', properties: { next: { $ref: '#/$defs/node' } } } },
  });
  expect(node?.children.map((child) => child.name)).toEqual(['next']);
  expect(node?.children[0]?.children).toEqual([]);
});

test('what may be one of a few is of their type', () => {
  const [mode, port] = schemaTree({ properties: { mode: { enum: ['test', 'live'] }, port: { enum: [80, null] } } });
  expect(mode).toMatchObject({ type: 'string', bounds: ['one of "test", "live"'] });
  expect(port).toMatchObject({ type: 'number or null', bounds: ['one of 80, null'] });
});

test('references elsewhere, and what is no schema, are left alone', () => {
  expect(schemaTree({ properties: { a: { $ref: 'https://example.com/a.json' } } })[0]).toMatchObject({ type: 'any' });
  expect(schemaTree(true)).toEqual([]);
  expect(schemaTree({ properties: { a: { $ref: '#/__proto__/x' } } })[0]).toMatchObject({ children: [] });
});
