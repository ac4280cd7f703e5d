/** /store/<registry>/<repository path>?version=…&tab=… */

export interface ChartAddress {
  registryName: string;
  repository: string;
}

/** Of the address as the browser has it: a registry's name may hold an encoded slash. */
export function readAddress(pathname: string): ChartAddress {
  const [, , registryName = '', ...repository] = pathname.split('/');
  return { registryName: decodeURIComponent(registryName), repository: repository.map(decodeURIComponent).join('/') };
}

/** Highest first by the server; the one that is asked for, or the latest where none is. */
export function versionNamed<Version extends { version: string }>(
  versions: readonly Version[],
  wanted: string | null,
  latest: Version,
): Version | null {
  if (!wanted) return latest;
  return versions.find(({ version }) => version === wanted) ?? null;
}
