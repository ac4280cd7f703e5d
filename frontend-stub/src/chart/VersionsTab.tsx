import { useState } from 'react';
import { useQuery } from 'urql';
import { Link, useLocation } from 'wouter';
import { Badge, Button, Empty, Failure, Field, Skeleton, Switch, When } from '../elements/elements';
import { bytesInWords } from '../elements/words';
import { graphql } from '../gql';
import type { TabProps } from './ChartPage';

const VERSIONS = graphql(`
  query ChartVersions(
    $id: ID!
    $first: Int!
    $constraint: String
    $includePrereleases: Boolean!
    $includeRemoved: Boolean!
  ) {
    chart(id: $id) {
      id
      versions(
        first: $first
        constraint: $constraint
        includePrereleases: $includePrereleases
        includeRemoved: $includeRemoved
      ) {
        totalCount
        nodes {
          id
          version
          appVersion
          createdAt
          storedAt
          removedAt
          prerelease
          deprecated
          archiveBytes
        }
      }
    }
  }
`);

const STEP = 25;
const PAGE_MAX_ROWS = 100;

export default function VersionsTab({ chartId, version: current }: TabProps) {
  const [first, setFirst] = useState(STEP);
  const [constraint, setConstraint] = useState('');
  const [includePrereleases, setPrereleases] = useState(true);
  const [includeRemoved, setRemoved] = useState(false);
  useLocation();
  const path = window.location.pathname;
  const [{ data, error, fetching }] = useQuery({
    query: VERSIONS,
    variables: { id: chartId, first, constraint: constraint.trim() || null, includePrereleases, includeRemoved },
  });
  const versions = data?.chart?.versions;
  const refusal = error?.graphQLErrors[0]?.message;
  return (
    <>
      <div className="versions-tools">
        <Field label="Constraint" error={constraint && refusal ? refusal : undefined}>
          {(wiring) => (
            <input
              {...wiring}
              placeholder=">=1.2 <3"
              spellCheck={false}
              value={constraint}
              onChange={(event) => setConstraint(event.target.value)}
            />
          )}
        </Field>
        <Switch label="Pre-releases" checked={includePrereleases} onChange={setPrereleases} />
        <Switch label="Gone from the registry" checked={includeRemoved} onChange={setRemoved} />
      </div>
      {error && !constraint && !versions && <Failure error={error} />}
      {!versions && !error && <Skeleton lines={10} tall />}
      {versions && versions.nodes.length === 0 && (
        <Empty title="No version is like that">Take the constraint away, or let pre-releases in.</Empty>
      )}
      {versions && versions.nodes.length > 0 && (
        <div className="table-box" tabIndex={0} role="region" aria-label="Versions">
          <table aria-busy={fetching}>
            <thead>
              <tr>
                <th scope="col">Version</th>
                <th scope="col">App</th>
                <th scope="col">Published</th>
                <th scope="col">Archive</th>
                <th scope="col">
                  <span className="unseen">Compare</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {versions.nodes.map((row) => (
                <tr key={row.id} className={row.version === current ? 'current' : undefined}>
                  <th scope="row">
                    <Link href={`${path}?version=${encodeURIComponent(row.version)}`}>{row.version}</Link>{' '}
                    {row.prerelease && <Badge>Pre-release</Badge>}
                    {row.deprecated && <Badge tone="warning">Deprecated</Badge>}
                    {row.removedAt && <Badge tone="bad">Gone</Badge>}
                  </th>
                  <td>{row.appVersion ?? '–'}</td>
                  <td>
                    <When at={row.createdAt ?? row.storedAt} />
                  </td>
                  <td>{bytesInWords(row.archiveBytes)}</td>
                  <td>
                    {row.version === current ? (
                      <span className="faint">shown</span>
                    ) : (
                      <Link
                        href={`${path}?${new URLSearchParams({ tab: 'diff', from: row.version, to: current })}`}
                        aria-label={`Compare ${row.version} with ${current}`}
                      >
                        Compare
                      </Link>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {versions && versions.totalCount > versions.nodes.length && first < PAGE_MAX_ROWS && (
        <Button busy={fetching} onClick={() => setFirst(Math.min(first + STEP, PAGE_MAX_ROWS))}>
          More of {versions.totalCount}
        </Button>
      )}
    </>
  );
}
