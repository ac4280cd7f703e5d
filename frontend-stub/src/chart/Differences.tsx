/** A diff, as people read it: the verdict, then values, Chart.yaml and schema leaf by leaf, then files. */
import { useQuery } from 'urql';
import { Answer } from '../elements/Answer';
import { Badge, Empty } from '../elements/elements';
import { Code, Table } from '../elements/Scrollable';
import { count } from '../elements/words';
import { graphql } from '../gql';
import type { ChartDiffQuery } from '../gql/graphql';

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

interface Side {
  id: string;
  version: string;
}

export function Differences({ from, to }: { from: Side; to: Side }) {
  const asked = useQuery({ query: DIFF, variables: { from: from.id, to: to.id } });
  return (
    <Answer to={asked} lines={12}>
      {(data) => <Told diff={data.chartVersionDiff} from={from.version} to={to.version} />}
    </Answer>
  );
}

function Told({ diff, from, to }: { diff: Diff; from: string; to: string }) {
  const nothing = !diff.values.length && !diff.chartYaml.length && !diff.schema.length && !diff.files.length;
  if (nothing) return <Empty title="No difference">{`${from} and ${to} hold the same.`}</Empty>;
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

function Leaves({
  title,
  changes,
  marksBreaking = false,
}: {
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
      <Table label={`${title}: changes`}>
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
              <td className="change-kind">
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
      </Table>
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
            <Code label={`Changes of ${file.path}`}>
              {file.unifiedDiff.split('\n').map((line, place) => (
                <span key={place} className={lineClass(line)}>
                  {line}
                  {'\n'}
                </span>
              ))}
            </Code>
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
