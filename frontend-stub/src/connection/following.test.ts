import { expect, test } from 'vitest';
import { nextWait } from './following';

test('waiting doubles and stops growing', () => {
  const waits = [500];
  while (waits.length < 7) waits.push(nextWait(waits.at(-1)!));
  expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 8000, 8000]);
});
