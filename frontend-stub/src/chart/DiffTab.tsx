/** What changed from one version to another; both are in the address. */
import { useQuery } from 'urql';
import { useSearchParams } from 'wouter';
import { Badge, Empty, Failure, Skeleton } from '../elements/elements';
import { count } from '../elements/words';
import { graphql } from '../gql';
import type { ChartDiffQuery } from '../gql/graphql';
import type { TabProps } from './ChartPage';

const VERSIONS = graphql(`
  query DiffVersions($id: ID!) {
    chart(id: $id) {
      id
      versions(first: 100, includeRemoved: true) {
        nodes {
          id
          version
        }
      }
    }
  }
`);

const DIFF = graphql(`
  query ChartDiff($from: ID!, $to: ID!) {
    chartVersionDiff(from: $from, to: $to) {
      breaking
      leftOut
      values {
        path
        kind
        before
        after
      }
      chartYaml {
        path
        kind
        before
        after
      }
      schema {
        path
        kind
        before
        after
      }
      files {
        path
        kind
        unifiedDiff
      }
    }
  }
`);

type Diff = ChartDiffQuery['chartVersionDiff'];
type Change = Diff['values'][number];

export default function DiffTab({ chartId, version }: TabProps) {
  const [{ data, error }] = useQuery({ query: VERSIONS, variables: { id: chartId } });
  const [parameters, setParameters] = useSearchParams();
  const versions = data?.chart?.versions.nodes;
  if (error && !data) return <Failure error={error} />;
  if (!versions) return <Skeleton lines={10} tall />;
  const shown = versions.findIndex((one) => one.version === version);
  const to = versions.find((one) => one.version === parameters.get('to')) ?? versions[Math.max(shown, 0)];
  const from = versions.find((one) => one.version === parameters.get('from')) ?? versions[Math.max(shown, 0) + 1];
  if (!to || versions.length < 2)
    return <Empty title="Nothing to compare">There is one version of this chart so far.</Empty>;
  const choose = (part: { from?: string; to?: string }) =>
    setParameters((current) => {
      const next = new URLSearchParams(current);
      for (const [name, value] of Object.entries({ from: from?.version, to: to.version, ...part }))
        if (value) next.set(name, value);
      return next;
    });
  return (
    <>
      <div className="diff-tools">
        {(['from', 'to'] as const).map((side) => (
          <div className="select" key={side}>
            <label htmlFor={`diff-${side}`}>{side === 'from' ? 'From' : 'To'}</label>
            <select
              id={`diff-${side}`}
              value={(side === 'from' ? from : to)?.version ?? ''}
              onChange={(event) => choose({ [side]: event.target.value })}
            >
              {side === 'from' && !from && <option value="">Choose</option>}
              {versions.map((one) => (
                <option key={one.id}>{one.version}</option>
              ))}
            </select>
          </div>
        ))}
      </div>
      {from ? (
        <Compared key={`${from.id} ${to.id}`} from={from} to={to} />
      ) : (
        <Empty title="Compare with which?">This is the oldest version; choose another to compare it with.</Empty>
      )}
    </>
  );
}

interface Side {
  id: string;
  version: string;
}

function Compared({ from, to }: { from: Side; to: Side }) {
  const [{ data, error }] = useQuery({ query: DIFF, variables: { from: from.id, to: to.id } });
  if (error && !data) return <Failure error={error} />;
  if (!data) return <Skeleton lines={12} tall />;
  const diff = data.chartVersionDiff;
  const nothing = !diff.values.length && !diff.chartYaml.length && !diff.schema.length && !diff.files.length;
  if (nothing) return <Empty title="No difference">{`${from.version} and ${to.version} hold the same.`}</Empty>;
  return (
    <div className="diff">
      <p className={diff.breaking ? 'verdict breaking' : 'verdict'}>
        {diff.breaking
          ? 'Breaking for those who set values: a key is gone or has another type.'
          : 'Not breaking: every value that could be set still can.'}
      </p>
      {diff.leftOut.length > 0 && (
        <ul className="refusals">
          {diff.leftOut.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
      <Leaves title="Values" changes={diff.values} marksBreaking />
      <Leaves title="Chart.yaml" changes={diff.chartYaml} />
      <Leaves title="Schema" changes={diff.schema} />
      <Files files={diff.files} />
    </div>
  );
}

const KINDS: Record<string, { label: string; tone: 'good' | 'bad' | 'warning' | 'neutral' }> = {
  ADDED: { label: 'Added', tone: 'good' },
  REMOVED: { label: 'Removed', tone: 'bad' },
  CHANGED: { label: 'Changed', tone: 'neutral' },
  TYPE_CHANGED: { label: 'Type changed', tone: 'warning' },
};

function Kind({ of }: { of: string }) {
  const kind = KINDS[of] ?? { label: of, tone: 'neutral' as const };
  return <Badge tone={kind.tone}>{kind.label}</Badge>;
}

function Leaves({ title, changes, marksBreaking = false }: {
  title: string;
  changes: readonly Change[];
  marksBreaking?: boolean;
}) {
  if (!changes.length) return null;
  return (
    <section>
      <h2>
        {title} <span className="faint">{count(changes.length, 'change')}</span>
      </h2>
      <div className="table-box" tabIndex={0} role="region" aria-label={`${title}: changes`}>
        <table>
          <thead>
            <tr>
              <th scope="col">Path</th>
              <th scope="col">Change</th>
              <th scope="col">Before</th>
              <th scope="col">After</th>
            </tr>
          </thead>
          <tbody>
            {changes.map((change) => (
              <tr key={`${change.path} ${change.kind}`}>
                <th scope="row" className="mono">
                  {change.path}
                </th>
                <td>
                  <Kind of={change.kind} />{' '}
                  {marksBreaking && (change.kind === 'REMOVED' || change.kind === 'TYPE_CHANGED') && (
                    <Badge tone="bad">Breaking</Badge>
                  )}
                </td>
                <td className="mono">{change.kind === 'ADDED' ? '' : leaf(change.before)}</td>
                <td className="mono">{change.kind === 'REMOVED' ? '' : leaf(change.after)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function leaf(value: unknown): string {
  return JSON.stringify(value) ?? '';
}

function Files({ files }: { files: Diff['files'] }) {
  if (!files.length) return null;
  return (
    <section>
      <h2>
        Files <span className="faint">{count(files.length, 'file')}</span>
      </h2>
      {files.map((file) => (
        <details key={file.path} className="file-diff" open={files.length <= 3}>
          <summary>
            <span className="mono">{file.path}</span> <Kind of={file.kind} />
          </summary>
          {file.unifiedDiff ? (
            <pre tabIndex={0} aria-label={`Changes of ${file.path}`}>
              {file.unifiedDiff.split('\n').map((line, place) => (
                <span key={place} className={lineClass(line)}>
                  {line}
                  {'\n'}
                </span>
              ))}
            </pre>
          ) : (
            <p className="faint">No text to show.</p>
          )}
        </details>
      ))}
    </section>
  );
}

function lineClass(line: string): string | undefined {
  if (line.startsWith('+') && !line.startsWith('+++')) return 'line-added';
  if (line.startsWith('-') && !line.startsWith('---')) return 'line-removed';
  if (line.startsWith('@@')) return 'line-place';
  return undefined;
}
