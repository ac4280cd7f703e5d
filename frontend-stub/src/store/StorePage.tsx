import { useDeferredValue, useEffect, useState } from 'react';
import { useQuery } from 'urql';
import { Link, useSearchParams } from 'wouter';
import { Button, Empty, Failure, Page, Pager, Skeleton } from '../elements/elements';
import { count } from '../elements/words';
import { graphql } from '../gql';
import type { ChartType } from '../gql/graphql';
import { useViewer } from '../shell/Shell';
import { ChartCard } from './ChartCard';
import { Facets } from './Facets';
import { type StoreSearch, isNarrowed, readSearch, writeSearch } from './storeSearch';

const PAGE_ROWS = 24; // fills rows of two, three and four

const CHARTS = graphql(`
  query StorePage($first: Int!, $after: String, $search: String, $filter: ChartFilter, $orderBy: ChartOrder!) {
    charts(first: $first, after: $after, search: $search, filter: $filter, orderBy: $orderBy) {
      totalCount
      facets {
        ...StoreFacets
      }
      edges {
        cursor
        highlight
        node {
          id
          ...ChartCard
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export function StorePage() {
  const [parameters, setParameters] = useSearchParams();
  const search = readSearch(parameters);
  const change = (part: Partial<StoreSearch>, replace = false) =>
    setParameters(writeSearch({ ...search, after: null, ...part }), { replace });
  const variables = useDeferredValue(parameters.toString());
  const asked = readSearch(new URLSearchParams(variables));
  const [{ data, error, fetching }, ask] = useQuery({ query: CHARTS, variables: variablesOf(asked) });
  const { canManageRegistries } = useViewer();
  const [wide] = useState(() => window.matchMedia('(min-width: 56rem)').matches);

  return (
    <Page title="Chart store" lead={data ? count(data.charts.totalCount, 'chart') : ' '}>
      <div className="store-tools">
        <SearchField words={search.words} onChange={(words) => change({ words }, true)} />
        <label className="select">
          Sort{' '}
          <select
            value={search.order}
            onChange={(event) => change({ order: event.target.value as StoreSearch['order'] })}
          >
            <option value="RELEVANCE">{search.words ? 'Best match' : 'As usual'}</option>
            <option value="NAME">Name</option>
            <option value="UPDATED_AT_DESC">Last changed</option>
          </select>
        </label>
        <div className="segments" role="group" aria-label="View">
          {(['grid', 'list'] as const).map((view) => (
            <button
              key={view}
              type="button"
              aria-pressed={search.view === view}
              onClick={() => change({ view, after: search.after }, true)}
            >
              {view === 'grid' ? 'Grid' : 'List'}
            </button>
          ))}
        </div>
      </div>
      <div className="store">
        <aside className="facets" aria-label="Narrow the list">
          <details open={wide}>
            <summary>Filters</summary>
            <div className="facet-groups">
              <Facets facets={data?.charts.facets} search={search} change={change} />
            </div>
          </details>
        </aside>
        <section aria-label="Charts" aria-busy={fetching}>
          {error && !data && <Failure error={error} retry={() => ask({ requestPolicy: 'network-only' })} />}
          {!data && !error && <CardSkeletons />}
          {data && data.charts.edges.length > 0 && (
            <ul className={`charts ${search.view}`}>
              {data.charts.edges.map(({ node, highlight }) => (
                <ChartCard key={node.id} chart={node} highlight={search.words ? highlight : null} />
              ))}
            </ul>
          )}
          {data && data.charts.edges.length === 0 && !fetching && (
            <NoCharts search={search} clear={() => change(NOTHING)} canManage={canManageRegistries} />
          )}
          {data && (
            <Pager
              isFirst={!search.after}
              hasNext={data.charts.pageInfo.hasNextPage}
              first={<Link href={`/store?${writeSearch({ ...search, after: null })}`}>First page</Link>}
              next={
                <Link href={`/store?${writeSearch({ ...search, after: data.charts.pageInfo.endCursor ?? null })}`}>
                  Next page
                </Link>
              }
            />
          )}
        </section>
      </div>
    </Page>
  );
}

const NOTHING: Partial<StoreSearch> = {
  words: '',
  registryIds: [],
  keywords: [],
  types: [],
  hideDeprecated: false,
};

function variablesOf(search: StoreSearch) {
  return {
    first: PAGE_ROWS,
    after: search.after,
    search: search.words.trim() || null,
    orderBy: search.order,
    filter: {
      registryIds: search.registryIds.length ? search.registryIds : null,
      types: search.types.length ? (search.types as ChartType[]) : null,
      keywords: search.keywords.length ? search.keywords : null,
      deprecated: search.hideDeprecated ? false : null,
      includePrereleases: search.prereleases,
    },
  };
}

const TYPING_PAUSE_MS = 150;

function SearchField({ words, onChange }: { words: string; onChange: (words: string) => void }) {
  const [typed, setTyped] = useState(words);
  useEffect(() => setTyped(words), [words]);
  useEffect(() => {
    if (typed === words) return;
    const timer = setTimeout(() => onChange(typed), TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <div className="search" role="search">
      <label className="unseen" htmlFor="search">
        Search charts
      </label>
      <input
        id="search"
        type="search"
        placeholder="Search charts: name, keyword, what it does"
        autoComplete="off"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
    </div>
  );
}

function NoCharts({ search, clear, canManage }: { search: StoreSearch; clear: () => void; canManage: boolean }) {
  if (isNarrowed(search))
    return (
      <Empty title="No chart matches" action={<Button onClick={clear}>Show all charts</Button>}>
        {search.words ? `Nothing has “${search.words}”. ` : ''}Try fewer words, or take a filter away.
      </Empty>
    );
  return (
    <Empty
      title="The store is empty"
      action={
        canManage ? (
          <Link href="/registries/new" className="button primary">
            Add a registry
          </Link>
        ) : undefined
      }
    >
      {canManage
        ? 'Add a registry that holds Helm charts; they appear here as they are synced.'
        : 'Charts appear here once somebody with the role MANAGER adds a registry.'}
    </Empty>
  );
}

function CardSkeletons() {
  return (
    <ul className="charts grid" aria-hidden="true">
      {Array.from({ length: 6 }, (_, place) => (
        <li className="chart-card" key={place}>
          <span className="icon" />
          <div className="chart-card-text">
            <Skeleton lines={3} />
          </div>
        </li>
      ))}
    </ul>
  );
}
