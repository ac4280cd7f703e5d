import { useQuery } from 'urql';
import { Badge } from '../elements/elements';
import { graphql } from '../gql';

const CHANGES = graphql(`
  query ChartChanges($id: ID!) {
    chartVersion(id: $id) {
      id
      changes {
        kind
        description
      }
    }
  }
`);

/** What its publisher says of this version; most say nothing. */
export function Changes({ chartVersionId }: { chartVersionId: string }) {
  const [{ data }] = useQuery({ query: CHANGES, variables: { id: chartVersionId } });
  const changes = data?.chartVersion?.changes ?? [];
  if (!changes.length) return null;
  return (
    <section className="changes">
      <h2>New in this version</h2>
      <ul>
        {changes.map((change) => (
          <li key={change.description}>
            {change.kind && <Badge>{change.kind}</Badge>} {change.description}
          </li>
        ))}
      </ul>
    </section>
  );
}
