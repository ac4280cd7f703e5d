import { Suspense, lazy } from 'react';
import { useQuery } from 'urql';
import { Link, useLocation, useSearchParams } from 'wouter';
import { Badge, Empty, Failure, Skeleton, useTitle } from '../elements/elements';
import { graphql } from '../gql';
import { chartPath } from '../store/chartPath';
import { Icon } from '../store/Icon';
import { ChartFacts } from './ChartFacts';
import { readAddress } from './chartAddress';

const CHART = graphql(`
  query ChartPage($registryName: String!, $repository: String!, $version: String!, $named: Boolean!) {
    chartByRepository(registryName: $registryName, repository: $repository) {
      id
      name
      description
      icon
      deprecated
      versionCount
      registry {
        id
        name
      }
      repository {
        id
        name
      }
      latestVersion {
        id
        version
        prerelease
        deprecated
        removedAt
      }
      version(version: $version) @include(if: $named) {
        id
        version
        prerelease
        deprecated
        removedAt
      }
    }
  }
`);

const TABS = {
  readme: { label: 'README', Content: lazy(() => import('./ReadmeTab')) },
  values: { label: 'Values', Content: lazy(() => import('./ValuesTab')) },
  schema: { label: 'Schema', Content: lazy(() => import('./SchemaTab')) },
  check: { label: 'Check values', Content: lazy(() => import('./CheckTab')) },
  versions: { label: 'Versions', Content: lazy(() => import('./VersionsTab')) },
  diff: { label: 'Compare', Content: lazy(() => import('./DiffTab')) },
  images: { label: 'Images', Content: lazy(() => import('./ImagesTab')) },
  dependencies: { label: 'Dependencies', Content: lazy(() => import('./DependenciesTab')) },
  files: { label: 'Files', Content: lazy(() => import('./FilesTab')) },
} as const;
type TabName = keyof typeof TABS;

/** What every tab is given. */
export interface TabProps {
  chartId: string;
  chartVersionId: string;
  version: string;
}

export default function ChartPage() {
  // wouter gives decoded paths; the browser's own tells a slash from an encoded one.
  useLocation();
  const { registryName, repository } = readAddress(window.location.pathname);
  return <ChartOf key={`${registryName}/${repository}`} registryName={registryName} repository={repository} />;
}

function ChartOf({ registryName, repository }: { registryName: string; repository: string }) {
  const [parameters] = useSearchParams();
  const wanted = parameters.get('version');
  const tab = (parameters.get('tab') ?? 'readme') in TABS ? ((parameters.get('tab') ?? 'readme') as TabName) : 'readme';
  const [{ data, error }, ask] = useQuery({
    query: CHART,
    variables: { registryName, repository, version: wanted ?? '', named: wanted !== null },
  });
  const chart = data?.chartByRepository;
  useTitle(chart?.name ?? repository);
  if (error && !data) return <Failure error={error} retry={() => ask({ requestPolicy: 'network-only' })} />;
  if (!data) return <ChartSkeleton />;
  if (!chart)
    return (
      <Empty page title="This chart is not in the store" action={<Link href="/store">To the chart store</Link>}>
        {registryName}/{repository} holds no chart here: it may have been removed, or was never synced.
      </Empty>
    );
  const version = wanted === null ? chart.latestVersion : chart.version;
  const path = chartPath(chart.registry.name, chart.repository.name);
  const to = (name: string) => `${path}?${new URLSearchParams({ ...(wanted ? { version: wanted } : {}), tab: name })}`;
  const Content = TABS[tab].Content;
  return (
    <article className="chart">
      <header className="chart-head">
        <Icon url={chart.icon} name={chart.name} large />
        <div>
          <p className="crumbs">
            <Link href="/store">Store</Link> / {chart.registry.name} /{' '}
            <span className="mono">{chart.repository.name}</span>
          </p>
          <h1>
            {chart.name} <span className="version">{version?.version ?? wanted}</span>
          </h1>
          <p className="lead">{chart.description ?? 'No description.'}</p>
          <p className="badges">
            {version?.deprecated && <Badge tone="warning">Deprecated: its maintainers gave it up</Badge>}
            {version?.prerelease && <Badge>Pre-release</Badge>}
            {version?.removedAt && <Badge tone="bad">Gone from the registry</Badge>}
            {version && version.id !== chart.latestVersion.id && (
              <Link href={path}>Latest is {chart.latestVersion.version}</Link>
            )}
          </p>
        </div>
      </header>
      <nav className="tabs" aria-label="About this chart">
        {Object.entries(TABS).map(([name, { label }]) => (
          <Link
            key={name}
            href={to(name)}
            {...(name === tab ? { 'aria-current': 'page' as const, ref: intoSight } : {})}
          >
            {label}
          </Link>
        ))}
      </nav>
      {version ? (
        <div className="chart-body">
          <div className="chart-main">
            <Suspense fallback={<Skeleton lines={8} tall />}>
              <Content key={version.id} chartId={chart.id} chartVersionId={version.id} version={version.version} />
            </Suspense>
          </div>
          <ChartFacts chartVersionId={version.id} />
        </div>
      ) : (
        <Empty title={`There is no version ${wanted}`} action={<Link href={`${path}?tab=versions`}>All versions</Link>}>
          It may never have been published, or lies outside what this registry keeps.
        </Empty>
      )}
    </article>
  );
}

/** Where there is no room for all tabs, the chosen one is in sight; the page itself stays where it is. */
function intoSight(tab: HTMLAnchorElement | null): void {
  const row = tab?.parentElement;
  if (tab && row) row.scrollLeft = tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
}

/** As high as what will stand there. */
function ChartSkeleton() {
  return (
    <div className="chart">
      <div className="chart-head">
        <span className="icon large" />
        <Skeleton lines={3} />
      </div>
      <div className="tabs empty-tabs" />
      <div className="chart-body">
        <Skeleton lines={8} tall />
        <Skeleton lines={12} tall />
      </div>
    </div>
  );
}
