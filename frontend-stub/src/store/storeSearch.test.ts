import { expect, test } from 'vitest';
import { filterCount, isNarrowed, readSearch, toggled, writeSearch } from './storeSearch';

test.each([
  '',
  'q=pay+ments&registry=a&registry=b&keyword=web&type=LIBRARY&deprecated=hide&prereleases=show&signed=no&kube=1.34&image=nginx&needs=postgresql&sort=updated&view=list&after=abc',
])('an address is read and written the same: %s', (address) => {
  expect(writeSearch(readSearch(new URLSearchParams(address))).toString()).toBe(address);
});

test('what nobody knows is passed over', () => {
  const search = readSearch(new URLSearchParams('sort=price&view=map&deprecated=yes'));
  expect(writeSearch(search).toString()).toBe('');
});

test('a value is put in and taken out', () => {
  expect(toggled(['a'], 'b')).toEqual(['a', 'b']);
  expect(toggled(['a', 'b'], 'a')).toEqual(['b']);
});

test('what narrows the list is counted, what only orders it is not', () => {
  const read = (address: string) => readSearch(new URLSearchParams(address));
  expect(filterCount(read('registry=a&registry=b&signed=no&kube=1.34&image=nginx&needs=db&deprecated=hide'))).toBe(7);
  expect([isNarrowed(read('q=pay')), isNarrowed(read('sort=name&view=list&prereleases=show'))]).toEqual([true, false]);
});
