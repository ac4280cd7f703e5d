import { useQuery } from 'urql';
import { Link, useSearchParams } from 'wouter';
import { Answer } from '../elements/Answer';
import { Empty, Page, Pager } from '../elements/elements';
import { graphql } from '../gql';
import { SyncRows } from './SyncRows';

const SYNCS = graphql(`
  query Syncs($after: String) {
    syncs(first: 25, after: $after) {
      nodes {
        id
        ...SyncRow
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
  const asked = useQuery({ query: SYNCS, variables: { after } });
  return (
    <Page title="Syncs" lead="What was brought into the store, latest first.">
      <Answer to={asked} lines={8}>
        {({ syncs }) => (
          <>
            {syncs.nodes.length ? (
              <SyncRows syncs={syncs.nodes} named />
            ) : (
              <Empty title="Nothing was synced yet" action={<Link href="/registries">To the registries</Link>}>
                A sync starts when a registry with repositories is added, by its schedule, or by hand from its page.
              </Empty>
            )}
            <Pager
              isFirst={!after}
              hasNext={syncs.pageInfo.hasNextPage}
              first={<Link href="/syncs">Latest</Link>}
              next={
                <Link href={`/syncs?${new URLSearchParams({ after: syncs.pageInfo.endCursor ?? '' })}`}>Older</Link>
              }
            />
          </>
        )}
      </Answer>
    </Page>
  );
}
