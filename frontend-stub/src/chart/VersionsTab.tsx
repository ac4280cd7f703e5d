import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useQuery } from 'urql';
import { Link } from 'wouter';
import { Badge, Empty, Failure, Field, Skeleton, Switch, When } from '../elements/elements';
import { Further } from '../elements/Further';
import { Table } from '../elements/Scrollable';
import { bytesInWords, count } from '../elements/words';
import { graphql } from '../gql';
import type { ChartVersionsQuery } from '../gql/graphql';
import type { TabProps } from './ChartPage';

const VERSIONS = graphql(`
  query ChartVersions(
    $id: ID!
    $first: Int!
    $after: String
    $constraint: String
    $includePrereleases: Boolean!
    $includeRemoved: Boolean!
  ) {
    chart(id: $id) {
      id
      versions(
        first: $first
        after: $after
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
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

const PAGE_ROWS = 50;

interface Conditions {
  constraint: string | null;
  includePrereleases: boolean;
  includeRemoved: boolean;
}

export default function VersionsTab({ chartId, version }: TabProps) {
  const [typed, setTyped] = useState('');
  const [includePrereleases, setPrereleases] = useState(true);
  const [includeRemoved, setRemoved] = useState(false);
  const conditions = { constraint: typed.trim() || null, includePrereleases, includeRemoved };
  const [{ data, error, fetching }, ask] = useQuery({
    query: VERSIONS,
    variables: { id: chartId, first: PAGE_ROWS, ...conditions },
  });
  const versions = data?.chart?.versions;
  const refusal = typed ? error?.graphQLErrors[0]?.message : undefined;
  return (
    <>
      <div className="versions-tools">
        <Field label="Constraint" error={refusal}>
          {(wiring) => (
            <input
              {...wiring}
              placeholder=">=1.2 <3"
              spellCheck={false}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
          )}
        </Field>
        <Switch label="Pre-releases" checked={includePrereleases} onChange={setPrereleases} />
        <Switch label="Gone from the registry" checked={includeRemoved} onChange={setRemoved} />
      </div>
      {error && !refusal && !data ? (
        <Failure error={error} retry={() => ask({ requestPolicy: 'network-only' })} />
      ) : null}
      {!data && !error ? <Skeleton lines={10} tall /> : null}
      {versions?.totalCount === 0 ? (
        <Empty title="No version is like that">Take the constraint away, or let pre-releases in.</Empty>
      ) : null}
      {versions?.totalCount ? (
        <Table label="Versions" busy={fetching}>
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
          <Rows
            key={JSON.stringify(conditions)}
            versions={versions}
            asked={{ chartId, current: version, ...conditions }}
          />
        </Table>
      ) : null}
    </>
  );
}

interface Asked extends Conditions {
  chartId: string;
  current: string;
}
type Page = NonNullable<ChartVersionsQuery['chart']>['versions'];

/** A page of the table and, once it was asked for, the pages below it. */
function Rows({ versions, asked, isFurther = false }: { versions: Page; asked: Asked; isFurther?: boolean }) {
  const begin = useRef<HTMLTableSectionElement>(null);
  useEffect(() => {
    // The button that was pressed is gone; reading goes on with the first row that came for it.
    if (isFurther) begin.current?.querySelector('a')?.focus();
  }, [isFurther]);
  return (
    <>
      <tbody ref={begin}>
        {versions.nodes.map((row) => (
          <Row key={row.id} row={row} current={asked.current} />
        ))}
      </tbody>
      <Further page={versions.pageInfo} label={`More of ${count(versions.totalCount, 'version')}`} Frame={Across}>
        {(after) => <RowsAfter after={after} asked={asked} />}
      </Further>
    </>
  );
}

function RowsAfter({ after, asked }: { after: string; asked: Asked }) {
  const { chartId, current: _, ...conditions } = asked;
  const [{ data, error }, ask] = useQuery({
    query: VERSIONS,
    variables: { id: chartId, first: PAGE_ROWS, after, ...conditions },
  });
  const versions = data?.chart?.versions;
  if (versions) return <Rows versions={versions} asked={asked} isFurther />;
  return (
    <Across>
      {error ? <Failure error={error} retry={() => ask({ requestPolicy: 'network-only' })} /> : <Skeleton lines={4} />}
    </Across>
  );
}

function Across({ children }: { children: ReactNode }) {
  return (
    <tbody>
      <tr>
        <td colSpan={5}>{children}</td>
      </tr>
    </tbody>
  );
}

function Row({ row, current }: { row: Page['nodes'][number]; current: string }) {
  const path = window.location.pathname;
  return (
    <tr className={row.version === current ? 'current' : undefined}>
      <th scope="row">
        <Link href={`${path}?version=${encodeURIComponent(row.version)}`}>{row.version}</Link>{' '}
        {row.prerelease ? <Badge>Pre-release</Badge> : null}{' '}
        {row.deprecated ? <Badge tone="warning">Deprecated</Badge> : null}{' '}
        {row.removedAt ? <Badge tone="bad">Gone</Badge> : null}
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
  );
}
