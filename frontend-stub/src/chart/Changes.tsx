import { Badge } from '../elements/elements';
import { type FragmentType, graphql, read } from '../gql';

const CHANGES = graphql(`
  fragment VersionChanges on ChartVersion {
    id
    changes {
      kind
      description
    }
  }
`);

/** What its publisher says of this version; most say nothing. */
export function Changes({ version }: { version: FragmentType<typeof CHANGES> }) {
  const { changes } = read(CHANGES, version);
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
