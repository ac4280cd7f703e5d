import { expect, test } from 'vitest';
import { readSearch, toggled, writeSearch } from './storeSearch';

test.each(['', 'q=pay+ments&registry=a&registry=b&keyword=web&type=LIBRARY&deprecated=hide&prereleases=show&sort=updated&view=list&after=abc'])(
  'an address is read and written the same: %s',
  (address) => {
    expect(writeSearch(readSearch(new URLSearchParams(address))).toString()).toBe(address);
  },
);

test('what nobody knows is passed over', () => {
  const search = readSearch(new URLSearchParams('sort=price&view=map&deprecated=yes'));
  expect(writeSearch(search).toString()).toBe('');
});

test('a value is put in and taken out', () => {
  expect(toggled(['a'], 'b')).toEqual(['a', 'b']);
  expect(toggled(['a', 'b'], 'a')).toEqual(['b']);
});
