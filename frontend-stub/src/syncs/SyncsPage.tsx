import { useQuery } from 'urql';
import { Link, useSearchParams } from 'wouter';
import { Bar, Empty, Failure, Page, Pager, Skeleton, State, When } from '../elements/elements';
import { count, sentence } from '../elements/words';
import { graphql } from '../gql';
import { share } from './story';

const SYNCS = graphql(`
  query Syncs($after: String) {
    syncs(first: 25, after: $after) {
      nodes {
        id
        state
        trigger
        requestedAt
        startedAt
        finishedAt
        registry {
          id
          name
        }
        repository {
          id
          name
        }
        error {
          message
        }
        progress {
          repositoriesTotal
          repositoriesDone
          versionsTotal
          versionsDone
          versionsAdded
          versionsChanged
          versionsRemoved
          versionsUnchanged
          versionsFailed
          bytesPulled
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export default function SyncsPage() {
  const [parameters] = useSearchParams();
  const after = parameters.get('after');
  const [{ data, error }, ask] = useQuery({ query: SYNCS, variables: { after } });
  const syncs = data?.syncs;
  return (
    <Page title="Syncs" lead="What was brought into the store, latest first.">
      {error && !data && <Failure error={error} retry={() => ask({ requestPolicy: 'network-only' })} />}
      {!data && !error && <Skeleton lines={8} tall />}
      {syncs?.nodes.length === 0 && (
        <Empty title="Nothing was synced yet" action={<Link href="/registries">To the registries</Link>}>
          A sync starts when a registry with repositories is added, by its schedule, or by hand from its page.
        </Empty>
      )}
      {syncs && syncs.nodes.length > 0 && (
        <ul className="rows syncs">
          {syncs.nodes.map((sync) => (
            <li key={sync.id}>
              <div>
                <Link href={`/syncs/${encodeURIComponent(sync.id)}`}>{sync.registry.name}</Link>
                {sync.repository && <span className="mono faint"> {sync.repository.name}</span>}
                <p className="faint">
                  {sentence(sync.trigger)}, <When at={sync.requestedAt} />
                </p>
              </div>
              <State of={sync.state} />
              {sync.state === 'RUNNING' || sync.state === 'QUEUED' ? (
                <Bar share={share(sync.progress)} label={`Progress of ${sync.registry.name}`} />
              ) : (
                <span>
                  {sync.error
                    ? sync.error.message
                    : [
                        sync.progress.versionsAdded && `${count(sync.progress.versionsAdded, 'version')} added`,
                        sync.progress.versionsChanged && `${sync.progress.versionsChanged} changed`,
                        sync.progress.versionsRemoved && `${sync.progress.versionsRemoved} gone`,
                        sync.progress.versionsFailed && `${sync.progress.versionsFailed} failed`,
                      ]
                        .filter(Boolean)
                        .join(', ') || 'Nothing changed'}
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
      {syncs && (
        <Pager
          isFirst={!after}
          hasNext={syncs.pageInfo.hasNextPage}
          first={<Link href="/syncs">Latest</Link>}
          next={<Link href={`/syncs?${new URLSearchParams({ after: syncs.pageInfo.endCursor ?? '' })}`}>Older</Link>}
        />
      )}
    </Page>
  );
}
