import { useQuery } from 'urql';
import { Answer } from '../elements/Answer';
import { Copy, Empty } from '../elements/elements';
import { Link } from 'wouter';
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
  const asked = useQuery({ query: IMAGES, variables: { id: chartVersionId } });
  return (
    <Answer to={asked} lines={6}>
      {(data) => <Images images={data.chartVersion?.images ?? []} />}
    </Answer>
  );
}

function Images({ images }: { images: readonly string[] }) {
  if (!images.length)
    return <Empty title="No image named">Neither its values nor its annotations name a container image.</Empty>;
  return (
    <ul className="rows">
      {images.map((image) => (
        <li key={image}>
          <span className="mono">{image}</span>
          <Link href={`/store?${new URLSearchParams({ image })}`}>Charts with it</Link>
          <span className="in-row">
            <Copy text={image} what={image} />
          </span>
        </li>
      ))}
    </ul>
  );
}
