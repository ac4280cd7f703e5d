/** What somebody types while looking for a version, as the constraint that holds those meant. */

const BEGINNING = /^v?(\d+)(?:\.(\d+)(?:\.(\d+))?)?\.?$/;

/** `1.2` → every 1.2.x, pre-releases too; null where it is no beginning of a version. */
export function rangeOf(typed: string): string | null {
  const match = BEGINNING.exec(typed.trim());
  if (!match) return null;
  const numbers = match.slice(1).filter((part) => part !== undefined);
  const from = [...numbers, '0', '0'].slice(0, 3).join('.');
  const next = numbers.map((part, place) => (place === numbers.length - 1 ? String(BigInt(part) + 1n) : part));
  const below = [...next, '0', '0'].slice(0, 3).join('.');
  // "-0" is the lowest pre-release; a constraint that names one lets all of them in.
  return `>=${from}-0 <${below}-0`;
}
