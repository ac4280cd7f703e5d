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
  order: Order;
  view: View;
  after: string | null;
}

const ORDERS: Record<string, Order> = { name: 'NAME', updated: 'UPDATED_AT_DESC' };

export function readSearch(parameters: URLSearchParams): StoreSearch {
  return {
    words: parameters.get('q') ?? '',
    registryIds: parameters.getAll('registry'),
    keywords: parameters.getAll('keyword'),
    types: parameters.getAll('type'),
    hideDeprecated: parameters.get('deprecated') === 'hide',
    prereleases: parameters.get('prereleases') === 'show',
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
  const sort = Object.entries(ORDERS).find(([, order]) => order === search.order);
  if (sort) parameters.set('sort', sort[0]);
  if (search.view === 'list') parameters.set('view', 'list');
  if (search.after) parameters.set('after', search.after);
  return parameters;
}

export function isNarrowed(search: StoreSearch): boolean {
  return Boolean(
    search.words ||
      search.registryIds.length ||
      search.keywords.length ||
      search.types.length ||
      search.hideDeprecated,
  );
}

export function toggled(list: readonly string[], value: string): string[] {
  return list.includes(value) ? list.filter((one) => one !== value) : [...list, value];
}
