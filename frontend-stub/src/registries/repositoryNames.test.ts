import { expect, test } from 'vitest';
import { repositoryNames } from './repositoryNames';

test('names are found in lines, commas and whole addresses, each once', () => {
  const pasted = 'acme/payments\noci://registry.example.com/acme/shop, /acme/labels/ ;acme/payments\n\n';
  expect(repositoryNames(pasted)).toEqual(['acme/payments', 'acme/shop', 'acme/labels']);
});
