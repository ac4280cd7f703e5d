import { useQuery } from 'urql';
import { Answer } from '../elements/Answer';
import { Empty } from '../elements/elements';
import { graphql } from '../gql';
import type { TabProps } from './ChartPage';
import { Yaml } from './Yaml';

const VALUES = graphql(`
  query ChartValues($id: ID!) {
    chartVersion(id: $id) {
      id
      values
    }
  }
`);

export default function ValuesTab({ chartVersionId }: TabProps) {
  const asked = useQuery({ query: VALUES, variables: { id: chartVersionId } });
  return (
    <Answer to={asked} lines={14}>
      {({ chartVersion }) =>
        chartVersion?.values ? (
          <Yaml text={chartVersion.values} what="values.yaml" />
        ) : (
          <Empty title="Nothing to set">
            This version has no values.yaml: it takes no values, or only those of its parts.
          </Empty>
        )
      }
    </Answer>
  );
}
