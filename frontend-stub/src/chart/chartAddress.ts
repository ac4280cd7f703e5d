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
