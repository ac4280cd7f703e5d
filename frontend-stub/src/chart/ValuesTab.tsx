import { useQuery } from 'urql';
import { Empty, Failure, Skeleton } from '../elements/elements';
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
  const [{ data, error }, ask] = useQuery({ query: VALUES, variables: { id: chartVersionId } });
  if (error && !data) return <Failure error={error} retry={() => ask({ requestPolicy: 'network-only' })} />;
  if (!data) return <Skeleton lines={14} tall />;
  if (!data.chartVersion?.values)
    return <Empty title="Nothing to set">This version has no values.yaml: it takes no values, or only those of its parts.</Empty>;
  return <Yaml text={data.chartVersion.values} what="values.yaml" />;
}
