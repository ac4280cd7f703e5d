import { expect, test } from 'vitest';
import { chartPath } from '../store/chartPath';
import { readAddress, versionNamed } from './chartAddress';

test('an address leads back to the names it was made of', () => {
  const path = chartPath('our / registry 100%', 'acme/team/payments');
  expect(readAddress(path)).toEqual({ registryName: 'our / registry 100%', repository: 'acme/team/payments' });
});

test('without a version it is the latest; an unknown one is none', () => {
  const [latest, older] = [{ version: '2.0.0' }, { version: '1.0.0+build' }];
  expect(versionNamed([latest!, older!], null, latest!)).toBe(latest);
  expect(versionNamed([latest!, older!], '1.0.0+build', latest!)).toBe(older);
  expect(versionNamed([latest!, older!], '3.0.0', latest!)).toBeNull();
});
