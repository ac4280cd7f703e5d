import { useQuery } from 'urql';
import { Link, useSearchParams } from 'wouter';
import { Answer } from '../elements/Answer';
import { Pager, When } from '../elements/elements';
import { Table } from '../elements/Scrollable';
import { graphql } from '../gql';
import type { AuditLogQuery } from '../gql/graphql';

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
  const asked = useQuery({ query: AUDIT_LOG, variables: { after } });
  return (
    <section>
      <h2>Audit log</h2>
      <Answer to={asked} lines={6}>
        {({ auditLog }) => <Entries log={auditLog} isFirst={!after} />}
      </Answer>
    </section>
  );
}

function Entries({ log, isFirst }: { log: AuditLogQuery['auditLog']; isFirst: boolean }) {
  if (!log.nodes.length) return <p className="faint">Nothing was done yet.</p>;
  return (
    <>
      <Table label="Audit log">
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
              <td className="mono faint audit-detail">{detail(entry.detail)}</td>
            </tr>
          ))}
        </tbody>
      </Table>
      <Pager
        isFirst={isFirst}
        hasNext={log.pageInfo.hasNextPage}
        first={<Link href="/access">Latest</Link>}
        next={<Link href={`/access?${new URLSearchParams({ after: log.pageInfo.endCursor ?? '' })}`}>Older</Link>}
      />
    </>
  );
}

function detail(given: unknown): string {
  if (typeof given !== 'object' || given === null) return '';
  return Object.entries(given)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}
