import { expect, test } from 'vitest';
import { hue, initials } from './initials';

test('a chart without icon is known by two letters and a colour that stays', () => {
  expect([initials('key-value'), initials('payments'), initials('x')]).toEqual(['KV', 'PA', 'X']);
  expect(hue('payments')).toBe(hue('payments'));
  expect(hue('payments')).toBeLessThan(6);
});
