/** Just enough of YAML to colour values.yaml: line by line, never wrong about the text, at worst plain about the colour. */

export type TokenKind = 'comment' | 'key' | 'string' | 'number' | 'word' | 'mark' | 'plain';

export interface Token {
  kind: TokenKind;
  text: string;
}

/** Of lists and a key with its colon; quotes may hold colons. */
const KEY = /^(\s*(?:- +)*)("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#:'"[\]{},&*!|>%@`][^:#]*?)(\s*:)(?=\s|$)/;
const SCALAR =
  /^(?:(?<string>"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')|(?<number>[-+]?(?:0x[\da-f]+|0o[0-7]+|\d[\d_]*(?:\.\d*)?(?:e[-+]?\d+)?))(?=\s|[,\]}]|$)|(?<word>true|false|null|~|yes|no|on|off)(?=\s|[,\]}]|$)|(?<mark>[[\]{},]|[|>][-+\d]*(?=\s|$)|[&*!][^\s,\]}]+|---|\.\.\.))/i;

interface Block {
  /** Lines indented deeper than this belong to a block scalar; -1: none is open. */
  indent: number;
}

export function yamlLines(text: string): Token[][] {
  const block: Block = { indent: -1 };
  return text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => lineTokens(line, block));
}

function lineTokens(line: string, block: Block): Token[] {
  const indent = line.search(/\S/);
  if (block.indent >= 0) {
    if (indent === -1 || indent > block.indent) return [{ kind: 'string', text: line }];
    block.indent = -1;
  }
  if (indent === -1) return [{ kind: 'plain', text: line }];
  const tokens: Token[] = [];
  let rest = line;
  const key = KEY.exec(line);
  if (key) {
    push(tokens, 'mark', key[1] ?? '');
    push(tokens, 'key', key[2] ?? '');
    push(tokens, 'mark', key[3] ?? '');
    rest = line.slice(key[0].length);
  } else {
    const dash = /^\s*(?:- +|-$)*/.exec(line)?.[0] ?? '';
    push(tokens, 'mark', dash);
    rest = line.slice(dash.length);
  }
  valueTokens(tokens, rest);
  if (/(?:^|\s)[|>][-+\d]*\s*(?:#.*)?$/.test(rest)) block.indent = indent;
  return tokens;
}

function valueTokens(tokens: Token[], given: string): void {
  let rest = given;
  let atStart = true;
  while (rest) {
    const space = /^\s+/.exec(rest)?.[0];
    if (space) {
      push(tokens, 'plain', space);
      rest = rest.slice(space.length);
      atStart = true;
      continue;
    }
    if (rest.startsWith('#') && atStart) {
      push(tokens, 'comment', rest);
      return;
    }
    const scalar = SCALAR.exec(rest);
    if (scalar?.groups) {
      const kind = Object.entries(scalar.groups).find(([, text]) => text !== undefined)?.[0] as TokenKind;
      push(tokens, kind, scalar[0]);
      rest = rest.slice(scalar[0].length);
    } else {
      const plain = /^.+?(?=\s|[,\]}]|$)/.exec(rest)?.[0] ?? rest;
      push(tokens, 'plain', plain);
      rest = rest.slice(plain.length);
    }
    atStart = false;
  }
}

function push(tokens: Token[], kind: TokenKind, text: string): void {
  if (text) tokens.push({ kind, text });
}
