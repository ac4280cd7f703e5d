import { useDeferredValue, useEffect, useState } from 'react';
import { type CombinedError, useQuery } from 'urql';
import { Link, useSearchParams } from 'wouter';
import { Button, Empty, Failure, Page, Pager, Skeleton } from '../elements/elements';
import { Segments } from '../elements/Segments';
import { count } from '../elements/words';
import { graphql } from '../gql';
import type { ChartType } from '../gql/graphql';
import { useViewer } from '../shell/Shell';
import { ChartCard } from './ChartCard';
import { Facets } from './Facets';
import { filterCount, isNarrowed, readSearch, type StoreSearch, UNNARROWED, writeSearch } from './storeSearch';
import { useTyped } from './useTyped';

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
  // A filter that is refused must not take the others away with it.
  const [facets, setFacets] = useState(data?.charts.facets);
  useEffect(() => {
    if (data) setFacets(data.charts.facets);
  }, [data]);
  const refusals = filterRefusals(error);
  const refused = Object.keys(refusals).length > 0;
  const { canManageRegistries } = useViewer();
  const narrowedBy = filterCount(search);
  const [wide] = useState(() => window.matchMedia('(min-width: 56rem)').matches);

  return (
    <Page title="Chart store" lead={data ? count(data.charts.totalCount, 'chart') : ' '}>
      <div className="store-tools">
        <SearchField words={search.words} onChange={(words) => change({ words }, true)} />
        <label className="select">
          Sort{' '}
          <select
            // Without words nothing matches better than another: they come by name.
            value={search.words || search.order !== 'RELEVANCE' ? search.order : 'NAME'}
            onChange={(event) => change({ order: event.target.value as StoreSearch['order'] })}
          >
            {search.words ? <option value="RELEVANCE">Best match</option> : null}
            <option value="NAME">Name</option>
            <option value="UPDATED_AT_DESC">Last changed</option>
          </select>
        </label>
        <Segments
          label="View"
          choices={VIEWS}
          chosen={search.view}
          onChoose={(view) => change({ view, after: search.after }, true)}
        />
      </div>
      <div className="store">
        <aside className="facets" aria-label="Narrow the list">
          <details open={wide}>
            <summary>Filters {narrowedBy ? <span className="faint">{narrowedBy} chosen</span> : null}</summary>
            <div className="facet-groups">
              <Facets facets={facets} search={search} change={change} refusals={refusals} />
            </div>
          </details>
        </aside>
        <section aria-label="Charts" aria-busy={fetching}>
          {error && !data && !refused ? (
            <Failure error={error} retry={() => ask({ requestPolicy: 'network-only' })} />
          ) : null}
          {refused ? (
            <Empty
              title="A filter cannot be read"
              action={<Button onClick={() => change(UNNARROWED)}>Show all charts</Button>}
            >
              {Object.values(refusals).join(' ')}
            </Empty>
          ) : null}
          {!data && !error ? <CardSkeletons /> : null}
          {data && data.charts.edges.length > 0 && (
            <ul className={`charts ${search.view}`}>
              {data.charts.edges.map(({ node, highlight }) => (
                <ChartCard key={node.id} chart={node} highlight={search.words ? highlight : null} />
              ))}
            </ul>
          )}
          {data && data.charts.edges.length === 0 && !fetching && (
            <NoCharts search={search} clear={() => change(UNNARROWED)} canManage={canManageRegistries} />
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

const VIEWS = { grid: 'Grid', list: 'List' } as const;

/** Why filters cannot be read, by their names. */
function filterRefusals(error: CombinedError | undefined): Record<string, string> {
  const refusals: Record<string, string> = {};
  for (const { message, extensions } of error?.graphQLErrors ?? []) {
    const argument = String(extensions.argument ?? '');
    if (argument.startsWith('filter.'))
      refusals[argument.slice('filter.'.length)] = message.replace(`${argument}: `, '');
  }
  return refusals;
}

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
      signed: search.signed,
      kubeVersion: search.kubeVersion || null,
      image: search.image || null,
      dependsOn: search.dependsOn || null,
      includePrereleases: search.prereleases,
    },
  };
}

function SearchField({ words, onChange }: { words: string; onChange: (words: string) => void }) {
  const [typed, setTyped] = useTyped(words, onChange);
  return (
    <search className="search">
      <label className="unseen" htmlFor="search">
        Search charts
      </label>
      <input
        id="search"
        type="search"
        placeholder="Name, keyword, what it does"
        autoComplete="off"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
    </search>
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
