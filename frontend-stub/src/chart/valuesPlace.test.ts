import { expect, test } from 'vitest';
import { pathOf, placeOf } from './valuesPlace';

const VALUES = `# ours
replicas: two
image:
  tag: latest
ports:
  - name: http
    number: eighty
a/b~c: 1
`;

test.each([
  ['/replicas', 2, 'replicas'],
  ['/image/tag', 4, 'tag'],
  ['/ports/0/number', 7, 'number'],
  ['/a~1b~0c', 8, 'a/b~c'],
])('%s is on line %d', (pointer, line, text) => {
  const place = placeOf(VALUES, pointer)!;
  expect([place.line, VALUES.slice(place.from, place.to)]).toEqual([line, text]);
});

test('what is missing is looked for in what holds it', () => {
  expect(placeOf(VALUES, '/image/repository')?.line).toBe(3);
  expect(placeOf(VALUES, '/ports/7/name')?.line).toBe(5);
});

test('what the text does not speak of has no place in it', () => {
  expect(placeOf(VALUES, '/database/url')).toBeNull();
  expect(placeOf('', '/replicas')).toBeNull();
  expect(placeOf(VALUES, '')).toBeNull();
});

test('what is no YAML has the place where it breaks', () => {
  expect(placeOf('a: 1\nb: [1, 2\nc: 3\n', '')?.line).toBeGreaterThan(1);
});

test('a pointer is read as helm --set writes it', () => {
  expect(['', '/image/tag', '/ports/0/name'].map(pathOf)).toEqual(['', 'image.tag', 'ports[0].name']);
});
