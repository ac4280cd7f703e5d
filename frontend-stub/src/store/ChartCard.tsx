import { Link } from 'wouter';
import { Badge, When } from '../elements/elements';
import { count, highlightPieces } from '../elements/words';
import { type FragmentType, graphql, read } from '../gql';
import { Icon } from './Icon';
import { chartPath } from './chartPath';

export const CHART_CARD = graphql(`
  fragment ChartCard on Chart {
    id
    name
    description
    icon
    deprecated
    versionCount
    updatedAt
    repository {
      id
      name
    }
    registry {
      id
      name
    }
    latestVersion {
      id
      version
      appVersion
      type
      prerelease
    }
  }
`);

export function ChartCard({
  chart: given,
  highlight,
}: {
  chart: FragmentType<typeof CHART_CARD>;
  highlight: string | null | undefined;
}) {
  const chart = read(CHART_CARD, given);
  const { latestVersion: latest } = chart;
  return (
    <li className="chart-card">
      <Icon url={chart.icon} name={chart.name} />
      <div className="chart-card-text">
        <h2>
          <Link href={chartPath(chart.registry.name, chart.repository.name)}>{chart.name}</Link>
          <span className="version">{latest.version}</span>
          {chart.deprecated ? <Badge tone="warning">Deprecated</Badge> : null}
          {latest.prerelease ? <Badge>Pre-release</Badge> : null}
          {latest.type === 'LIBRARY' ? <Badge>Library</Badge> : null}
        </h2>
        <p className="description">
          {highlight
            ? highlightPieces(highlight).map((piece, place) =>
                piece.marked ? <mark key={place}>{piece.text}</mark> : <span key={place}>{piece.text}</span>,
              )
            : (chart.description ?? 'No description.')}
        </p>
        <p className="chart-card-facts">
          <span>{chart.registry.name}</span>
          <span className="mono">{chart.repository.name}</span>
          <span>{count(chart.versionCount, 'version')}</span>
          <span>
            <When at={chart.updatedAt} />
          </span>
        </p>
      </div>
    </li>
  );
}
