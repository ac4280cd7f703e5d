import { expect, test } from 'vitest';
import { chartPath } from '../store/chartPath';
import { readAddress } from './chartAddress';

test('an address leads back to the names it was made of', () => {
  const path = chartPath('our / registry 100%', 'acme/team/payments');
  expect(readAddress(path)).toEqual({ registryName: 'our / registry 100%', repository: 'acme/team/payments' });
});
