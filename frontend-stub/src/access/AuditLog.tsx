import { useQuery } from 'urql';
import { Link, useSearchParams } from 'wouter';
import { Failure, Pager, Skeleton, When } from '../elements/elements';
import { graphql } from '../gql';

const AUDIT_LOG = graphql(`
  query AuditLog($after: String) {
    auditLog(first: 25, after: $after) {
      nodes {
        at
        actor
        action
        subject
        detail
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export function AuditLog() {
  const [parameters] = useSearchParams();
  const after = parameters.get('after');
  const [{ data, error }] = useQuery({ query: AUDIT_LOG, variables: { after } });
  const log = data?.auditLog;
  return (
    <section>
      <h2>Audit log</h2>
      {error && !data && <Failure error={error} />}
      {!data && !error && <Skeleton lines={6} tall />}
      {log?.nodes.length === 0 && <p className="faint">Nothing was done yet.</p>}
      {log && log.nodes.length > 0 && (
        <div className="table-box" tabIndex={0} role="region" aria-label="Audit log">
          <table>
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">Who</th>
                <th scope="col">What</th>
                <th scope="col">To what</th>
                <th scope="col">More</th>
              </tr>
            </thead>
            <tbody>
              {log.nodes.map((entry, place) => (
                <tr key={`${entry.at} ${place}`}>
                  <td>
                    <When at={entry.at} />
                  </td>
                  <td>{entry.actor}</td>
                  <td className="mono">{entry.action}</td>
                  <td>{entry.subject}</td>
                  <td className="mono faint">{detail(entry.detail)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {log && (
        <Pager
          isFirst={!after}
          hasNext={log.pageInfo.hasNextPage}
          first={<Link href="/access">Latest</Link>}
          next={<Link href={`/access?${new URLSearchParams({ after: log.pageInfo.endCursor ?? '' })}`}>Older</Link>}
        />
      )}
    </section>
  );
}

function detail(given: unknown): string {
  if (typeof given !== 'object' || given === null) return '';
  return Object.entries(given)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}
