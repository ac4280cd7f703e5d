/** What the store page shows, as its address says it: everything of it can be linked to and gone back to. */

export type Order = 'RELEVANCE' | 'NAME' | 'UPDATED_AT_DESC';
export type View = 'grid' | 'list';

export interface StoreSearch {
  words: string;
  registryIds: string[];
  keywords: string[];
  types: string[];
  hideDeprecated: boolean;
  prereleases: boolean;
  /** Null: both. */
  signed: boolean | null;
  kubeVersion: string;
  image: string;
  dependsOn: string;
  order: Order;
  view: View;
  after: string | null;
}

const ORDERS: Record<string, Order> = { name: 'NAME', updated: 'UPDATED_AT_DESC' };

const SIGNED: Record<string, boolean> = { yes: true, no: false };

export function readSearch(parameters: URLSearchParams): StoreSearch {
  return {
    words: parameters.get('q') ?? '',
    registryIds: parameters.getAll('registry'),
    keywords: parameters.getAll('keyword'),
    types: parameters.getAll('type'),
    hideDeprecated: parameters.get('deprecated') === 'hide',
    prereleases: parameters.get('prereleases') === 'show',
    signed: SIGNED[parameters.get('signed') ?? ''] ?? null,
    kubeVersion: parameters.get('kube') ?? '',
    image: parameters.get('image') ?? '',
    dependsOn: parameters.get('needs') ?? '',
    order: ORDERS[parameters.get('sort') ?? ''] ?? 'RELEVANCE',
    view: parameters.get('view') === 'list' ? 'list' : 'grid',
    after: parameters.get('after'),
  };
}

/** What is as usual is left out; changing anything but the page leads back to the first page. */
export function writeSearch(search: StoreSearch): URLSearchParams {
  const parameters = new URLSearchParams();
  if (search.words) parameters.set('q', search.words);
  for (const id of search.registryIds) parameters.append('registry', id);
  for (const keyword of search.keywords) parameters.append('keyword', keyword);
  for (const type of search.types) parameters.append('type', type);
  if (search.hideDeprecated) parameters.set('deprecated', 'hide');
  if (search.prereleases) parameters.set('prereleases', 'show');
  if (search.signed !== null) parameters.set('signed', search.signed ? 'yes' : 'no');
  if (search.kubeVersion) parameters.set('kube', search.kubeVersion);
  if (search.image) parameters.set('image', search.image);
  if (search.dependsOn) parameters.set('needs', search.dependsOn);
  const sort = Object.entries(ORDERS).find(([, order]) => order === search.order);
  if (sort) parameters.set('sort', sort[0]);
  if (search.view === 'list') parameters.set('view', 'list');
  if (search.after) parameters.set('after', search.after);
  return parameters;
}

/** Nothing is left out, in whatever order and view. */
export const UNNARROWED = {
  words: '',
  registryIds: [],
  keywords: [],
  types: [],
  hideDeprecated: false,
  signed: null,
  kubeVersion: '',
  image: '',
  dependsOn: '',
} satisfies Partial<StoreSearch>;

export function isNarrowed(search: StoreSearch): boolean {
  return Boolean(search.words) || filterCount(search) > 0;
}

/** How many filters narrow the list. */
export function filterCount(search: StoreSearch): number {
  const { registryIds, keywords, types, hideDeprecated, signed, kubeVersion, image, dependsOn } = search;
  const single = [hideDeprecated, signed !== null, kubeVersion, image, dependsOn].filter(Boolean).length;
  return single + registryIds.length + keywords.length + types.length;
}

export function toggled(list: readonly string[], value: string): string[] {
  return list.includes(value) ? list.filter((one) => one !== value) : [...list, value];
}
