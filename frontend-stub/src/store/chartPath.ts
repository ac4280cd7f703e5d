/** Where a chart's page is: its registry's name, and its path there. */
export function chartPath(registryName: string, repository: string): string {
  return `/store/${encodeURIComponent(registryName)}/${repository.split('/').map(encodeURIComponent).join('/')}`;
}
