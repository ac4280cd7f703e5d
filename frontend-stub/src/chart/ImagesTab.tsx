import { useQuery } from 'urql';
import { Copy, Empty, Failure, Skeleton } from '../elements/elements';
import { graphql } from '../gql';
import type { TabProps } from './ChartPage';

const IMAGES = graphql(`
  query ChartImages($id: ID!) {
    chartVersion(id: $id) {
      id
      images
    }
  }
`);

export default function ImagesTab({ chartVersionId }: TabProps) {
  const [{ data, error }, ask] = useQuery({ query: IMAGES, variables: { id: chartVersionId } });
  if (error && !data) return <Failure error={error} retry={() => ask({ requestPolicy: 'network-only' })} />;
  if (!data) return <Skeleton lines={6} tall />;
  const images = data.chartVersion?.images ?? [];
  if (!images.length)
    return <Empty title="No image named">Neither its values nor its annotations name a container image.</Empty>;
  return (
    <ul className="rows">
      {images.map((image) => (
        <li key={image}>
          <span className="mono">{image}</span>
          <span className="in-row">
            <Copy text={image} what={image} />
          </span>
        </li>
      ))}
    </ul>
  );
}
