import { expect, test } from 'vitest';
import { yamlLines } from './yamlTokens';

const VALUES = `# A comment: with a colon
replicas: 2 # how many
image:
  repository: "ghcr.io/acme/payments"
  tag: 'v1: not a key'
  digest:
args: [--port, 8080, "a, b"]
list:
  - name: first
    on: true
  - plain text here
script: |
  if: this is no key
  # nor this a comment

after: null
url: http://example.com/#anchor
"quoted key": &anchor {a: 1}
empty:
---
`;

function kinds(line: string): string[] {
  return (yamlLines(line)[0] ?? [])
    .filter((token) => token.text.trim())
    .map((token) => `${token.kind} ${token.text.trim()}`);
}

test('no character is lost or added', () => {
  const text = yamlLines(VALUES)
    .map((tokens) => tokens.map((token) => token.text).join(''))
    .join('\n');
  expect(`${text}\n`).toBe(VALUES);
});

test('keys, values and comments have their colours', () => {
  expect(kinds('replicas: 2 # how many')).toEqual(['key replicas', 'mark :', 'number 2', 'comment # how many']);
  expect(kinds('- name: "a: b"')).toEqual(['mark -', 'key name', 'mark :', 'string "a: b"']);
  expect(kinds('on: true')).toEqual(['key on', 'mark :', 'word true']);
  expect(kinds('tag: v1.2.3')).toEqual(['key tag', 'mark :', 'plain v1.2.3']);
});

test('a hash within a word begins no comment', () => {
  expect(kinds('url: http://example.com/#anchor').at(-1)).toBe('plain http://example.com/#anchor');
});

test('what stands in a block is text, whatever it looks like', () => {
  const lines = yamlLines('a: |\n  key: 1\n  # text\nb: 2\n');
  expect(lines[1]).toEqual([{ kind: 'string', text: '  key: 1' }]);
  expect(lines[2]).toEqual([{ kind: 'string', text: '  # text' }]);
  expect(lines[3]?.[0]).toEqual({ kind: 'key', text: 'b' });
});

test('a long hostile line ends soon', () => {
  const line = `${'"\\'.repeat(20_000)}: ${'- '.repeat(20_000)}`;
  expect(
    yamlLines(line)[0]
      ?.map((token) => token.text)
      .join(''),
  ).toBe(line);
});
