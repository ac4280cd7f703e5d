/** What changed from one version to another; both are in the address. */
import { useQuery } from 'urql';
import { useSearchParams } from 'wouter';
import { Answer } from '../elements/Answer';
import { Empty } from '../elements/elements';
import { graphql } from '../gql';
import type { TabProps } from './ChartPage';
import { Differences } from './Differences';
import { VersionPicker } from './VersionPicker';

const SIDES = graphql(`
  query DiffSides($id: ID!, $from: String!, $fromNamed: Boolean!, $to: String!, $below: String!) {
    chart(id: $id) {
      id
      versionCount
      to: version(version: $to) {
        id
        version
      }
      from: version(version: $from) @include(if: $fromNamed) {
        id
        version
      }
      versions(first: 1, constraint: $below, includeRemoved: true) @skip(if: $fromNamed) {
        nodes {
          id
          version
        }
      }
    }
  }
`);

export default function DiffTab({ chartId, version }: TabProps) {
  const [parameters, setParameters] = useSearchParams();
  const from = parameters.get('from') ?? '';
  const to = parameters.get('to') ?? version;
  const asked = useQuery({
    query: SIDES,
    // Without a side to begin from: the one released before, a pre-release only where this is one.
    variables: { id: chartId, from, fromNamed: from !== '', to, below: `<${version}` },
  });
  return (
    <Answer to={asked} lines={10}>
      {({ chart }) => {
        const before = from ? chart?.from : chart?.versions?.nodes[0];
        if (!from && !before && (chart?.versionCount ?? 0) < 2)
          return <Empty title="Nothing to compare">There is one version of this chart so far.</Empty>;
        const choose = (part: { from?: string; to?: string }) =>
          setParameters((current) => {
            const next = new URLSearchParams(current);
            for (const [name, value] of Object.entries({ from: before?.version ?? from, to, ...part }))
              if (value) next.set(name, value);
            return next;
          });
        return (
          <>
            <div className="diff-tools">
              <VersionPicker
                label="From"
                chartId={chartId}
                version={before?.version ?? from}
                missing={from !== '' && !before}
                onChoose={(chosen) => choose({ from: chosen })}
              />
              <VersionPicker
                label="To"
                chartId={chartId}
                version={to}
                missing={!chart?.to}
                onChoose={(chosen) => choose({ to: chosen })}
              />
            </div>
            {before && chart?.to ? (
              <Differences key={`${before.id} ${chart.to.id}`} from={before} to={chart.to} />
            ) : (
              <Empty title="Compare with which?">Choose a version on either side; any two can be compared.</Empty>
            )}
          </>
        );
      }}
    </Answer>
  );
}
