/** Names out of whatever was pasted: lines, commas, whole oci:// addresses. In their order, each once. */
export function repositoryNames(pasted: string): string[] {
  const names = pasted
    .split(/[\s,;]+/)
    .map((name) => name.replace(/^oci:\/\/[^/]+\//, '').replace(/^\/+|\/+$/g, ''))
    .filter(Boolean);
  return [...new Set(names)];
}
