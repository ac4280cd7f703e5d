import { useQuery } from 'urql';
import { Link } from 'wouter';
import { Answer } from '../elements/Answer';
import { Empty } from '../elements/elements';
import { Table } from '../elements/Scrollable';
import { graphql } from '../gql';
import type { ChartDependenciesQuery } from '../gql/graphql';
import { chartPath } from '../store/chartPath';
import type { TabProps } from './ChartPage';

const DEPENDENCIES = graphql(`
  query ChartDependencies($id: ID!) {
    chartVersion(id: $id) {
      id
      dependencies {
        name
        version
        repository
        alias
        condition
        resolvesTo {
          id
          name
          registry {
            id
            name
          }
          repository {
            id
            name
          }
        }
      }
    }
  }
`);

export default function DependenciesTab({ chartVersionId }: TabProps) {
  const asked = useQuery({ query: DEPENDENCIES, variables: { id: chartVersionId } });
  return (
    <Answer to={asked} lines={6}>
      {(data) => <Dependencies dependencies={data.chartVersion?.dependencies ?? []} />}
    </Answer>
  );
}

type Dependency = NonNullable<ChartDependenciesQuery['chartVersion']>['dependencies'][number];

function Dependencies({ dependencies }: { dependencies: readonly Dependency[] }) {
  if (!dependencies.length) return <Empty title="It stands alone">This version needs no other chart.</Empty>;
  return (
    <Table label="Dependencies">
      <thead>
        <tr>
          <th scope="col">Chart</th>
          <th scope="col">Version</th>
          <th scope="col">From</th>
          <th scope="col">Switched on by</th>
        </tr>
      </thead>
      <tbody>
        {dependencies.map((one) => (
          <tr key={`${one.name} ${one.alias}`}>
            <th scope="row">
              {one.resolvesTo ? (
                <Link href={chartPath(one.resolvesTo.registry.name, one.resolvesTo.repository.name)}>{one.name}</Link>
              ) : (
                one.name
              )}
              {one.alias && <span className="faint"> as {one.alias}</span>}
            </th>
            <td className="mono">{one.version ?? 'any'}</td>
            <td className="mono">{one.repository ?? 'in the archive'}</td>
            <td className="mono">{one.condition ?? '–'}</td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
