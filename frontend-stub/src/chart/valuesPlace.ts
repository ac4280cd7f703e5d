/** Where in a YAML text something is that a JSON pointer names. */
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';

export interface Place {
  /** From 1. */
  line: number;
  /** Characters from the beginning of the text, the second not included. */
  from: number;
  to: number;
}

/**
 * Null where the text says nothing on the way there: what is wrong comes from the chart's own defaults, or is missing.
 * Of a text that is no YAML it is where that begins to show.
 */
export function placeOf(text: string, pointer: string): Place | null {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, logLevel: 'silent' });
  const broken = document.errors[0];
  if (broken) return placeAt(lines, broken.pos[0], broken.pos[1]);
  let node: Node | null | undefined = document.contents;
  let range: readonly number[] | null = null;
  for (const step of pointer.split('/').slice(1)) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === name);
      if (!pair) break;
      range = (pair.key as Node).range ?? range;
      node = pair.value as Node | null;
    } else if (isSeq(node)) {
      const item = node.items[Number(name)] as Node | undefined;
      if (!item) break;
      range = item.range ?? range;
      node = item;
    } else break;
  }
  return range ? placeAt(lines, range[0] ?? 0, range[1] ?? 0) : null;
}

function placeAt(lines: LineCounter, from: number, to: number): Place {
  return { line: lines.linePos(from).line, from, to };
}

/** /service/ports/0/name → service.ports[0].name */
export function pathOf(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, step) => (/^\d+$/.test(step) && path ? `${path}[${step}]` : path ? `${path}.${step}` : step), '');
}
