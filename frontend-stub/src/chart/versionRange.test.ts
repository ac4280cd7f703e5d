import { expect, test } from 'vitest';
import { rangeOf } from './versionRange';

test.each([
  ['1', '>=1.0.0-0 <2.0.0-0'],
  ['v1.', '>=1.0.0-0 <2.0.0-0'],
  ['1.9', '>=1.9.0-0 <1.10.0-0'],
  [' 1.2.3 ', '>=1.2.3-0 <1.2.4-0'],
])('the beginning %s means a range', (typed, range) => {
  expect(rangeOf(typed)).toBe(range);
});

test.each(['', 'latest', '1.2.3-rc', '>=1', '1..2'])('%s is no beginning', (typed) => {
  expect(rangeOf(typed)).toBeNull();
});
