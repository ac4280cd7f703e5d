import { useQuery } from 'urql';
import { Link, useSearchParams } from 'wouter';
import { Badge, Empty, Failure, Page, Pager, Skeleton, State, When } from '../elements/elements';
import { count, sentence } from '../elements/words';
import { graphql } from '../gql';
import { useViewer } from '../shell/Shell';
import { useProviders } from './providers';

const REGISTRIES = graphql(`
  query Registries($after: String, $filter: RegistryFilter) {
    registries(first: 20, after: $after, filter: $filter) {
      totalCount
      nodes {
        id
        name
        provider
        host
        visibility
        connectionSecurity
        useAsChartRepository
        nextSyncAt
        charts(first: 1) {
          totalCount
        }
        repositories(first: 1) {
          totalCount
        }
        lastSync {
          id
          state
          requestedAt
          finishedAt
          error {
            code
            message
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export default function RegistriesPage() {
  const [parameters, setParameters] = useSearchParams();
  const after = parameters.get('after');
  const search = parameters.get('q') ?? '';
  const [{ data, error }, ask] = useQuery({
    query: REGISTRIES,
    variables: { after, filter: search ? { search } : null },
  });
  const { canManageRegistries } = useViewer();
  const { providers } = useProviders();
  const add = (
    <Link href="/registries/new" className="button primary">
      Add a registry
    </Link>
  );
  const registries = data?.registries;
  return (
    <Page
      title="Registries"
      lead={registries ? count(registries.totalCount, 'registry', 'registries') : ' '}
      actions={canManageRegistries ? add : undefined}
    >
      <search className="search">
        <label className="unseen" htmlFor="registry-search">
          Search registries
        </label>
        <input
          id="registry-search"
          type="search"
          placeholder="Search by name or host"
          value={search}
          onChange={(event) => setParameters(event.target.value ? { q: event.target.value } : {}, { replace: true })}
        />
      </search>
      {error && !data && <Failure error={error} retry={() => ask({ requestPolicy: 'network-only' })} />}
      {!data && !error && <Skeleton lines={8} tall />}
      {registries?.nodes.length === 0 &&
        (search ? (
          <Empty title="No registry matches">Search looks at names and hosts.</Empty>
        ) : (
          <Empty title="No registry yet" action={canManageRegistries ? add : undefined}>
            A registry is where your charts are pushed to: ECR, Docker Hub, Azure, Artifact Registry, Quay or any other
            that speaks OCI.
          </Empty>
        ))}
      {registries && registries.nodes.length > 0 && (
        <ul className="registries">
          {registries.nodes.map((registry) => (
            <li key={registry.id}>
              <div>
                <h2>
                  <Link href={`/registries/${encodeURIComponent(registry.id)}`}>{registry.name}</Link>
                </h2>
                <p className="mono faint">{registry.host}</p>
              </div>
              <div>
                <p>
                  {providers?.find((one) => one.provider === registry.provider)?.label ?? sentence(registry.provider)}{' '}
                  {registry.connectionSecurity === 'INSECURE' ? <Badge tone="warning">Not verified</Badge> : null}
                </p>
                <p className="faint">
                  {count(registry.repositories.totalCount, 'repository', 'repositories')},{' '}
                  {count(registry.charts.totalCount, 'chart')}
                </p>
              </div>
              <div className="registry-health">
                {registry.lastSync ? (
                  <>
                    <Link
                      className="quiet-link"
                      href={`/syncs/${encodeURIComponent(registry.lastSync.id)}`}
                      aria-label={`Last sync of ${registry.name}: ${sentence(registry.lastSync.state)}`}
                    >
                      <State of={registry.lastSync.state} />
                    </Link>
                    <p className="faint">
                      Synced <When at={registry.lastSync.finishedAt ?? registry.lastSync.requestedAt} />
                    </p>
                    {registry.lastSync.error ? <p className="field-error">{registry.lastSync.error.message}</p> : null}
                  </>
                ) : (
                  <span className="faint">
                    {registry.useAsChartRepository ? 'Never synced' : 'Not used for charts'}
                  </span>
                )}
              </div>
            </li>
          ))}
        </ul>
      )}
      {registries && (
        <Pager
          isFirst={!after}
          hasNext={registries.pageInfo.hasNextPage}
          first={<Link href="/registries">First page</Link>}
          next={
            <Link
              href={`/registries?${new URLSearchParams({ ...(search ? { q: search } : {}), after: registries.pageInfo.endCursor ?? '' })}`}
            >
              Next page
            </Link>
          }
        />
      )}
    </Page>
  );
}
