import { useState } from 'react';
import { useQuery } from 'urql';
import { Link } from 'wouter';
import { Copy, Failure, Skeleton, When } from '../elements/elements';
import { Code } from '../elements/Scrollable';
import { Segments } from '../elements/Segments';
import { bytesInWords } from '../elements/words';
import { graphql } from '../gql';
import { Signature } from './Signature';

const FACTS = graphql(`
  query ChartFacts($id: ID!) {
    chartVersion(id: $id) {
      id
      tag
      digest
      archiveBytes
      appVersion
      apiVersion
      type
      kubeVersion
      createdAt
      storedAt
      maintainers {
        name
        email
        url
      }
      digestHistory {
        digest
        firstSeenAt
      }
      install {
        helm
        argoCd
        flux
      }
      chart {
        id
        home
        sources
        keywords
      }
    }
  }
`);

const TOOLS = { helm: 'Helm', argoCd: 'Argo CD', flux: 'Flux' } as const;
type Tool = keyof typeof TOOLS;

export function ChartFacts({ chartVersionId }: { chartVersionId: string }) {
  const [{ data, error }] = useQuery({ query: FACTS, variables: { id: chartVersionId } });
  const [tool, setTool] = useState<Tool>('helm');
  const version = data?.chartVersion?.id === chartVersionId ? data.chartVersion : undefined;
  if (error && !version)
    return (
      <aside className="chart-facts">
        <Failure error={error} />
      </aside>
    );
  if (!version)
    return (
      <aside className="chart-facts">
        <Skeleton lines={12} tall />
      </aside>
    );
  return (
    <aside className="chart-facts" aria-label="Facts and installation">
      <section>
        <h2>Install</h2>
        <Segments label="Tool" choices={TOOLS} chosen={tool} onChoose={setTool} />
        <Code
          label={`${TOOLS[tool]} snippet`}
          copied={version.install[tool]}
          className={tool === 'helm' ? 'wrapped' : ''}
        >
          {version.install[tool]}
        </Code>
      </section>
      <dl>
        <Fact name="Signature">
          <Signature chartVersionId={chartVersionId} />
        </Fact>
        <Fact name="App version">{version.appVersion}</Fact>
        <Fact name="Kubernetes">{version.kubeVersion}</Fact>
        <Fact name="Kind">{version.type === 'LIBRARY' ? 'Library' : 'Application'}</Fact>
        <Fact name="Published">{version.createdAt && <When at={version.createdAt} />}</Fact>
        <Fact name="Stored">
          <When at={version.storedAt} />
        </Fact>
        <Fact name="Archive">{bytesInWords(version.archiveBytes)}</Fact>
        <Fact name="Tag">
          <span className="mono">{version.tag}</span>
        </Fact>
        <Fact name="Digest">
          <span className="mono digest" title={version.digest}>
            {version.digest.slice(0, 19)}…
          </span>
          <Copy text={version.digest} what="the digest" />
        </Fact>
        {version.digestHistory.length > 1 && (
          <Fact name="Tag moved">
            <ul>
              {version.digestHistory.map((seen) => (
                <li key={seen.digest}>
                  <span className="mono">{seen.digest.slice(7, 19)}</span> <When at={seen.firstSeenAt} />
                </li>
              ))}
            </ul>
          </Fact>
        )}
        <Fact name="Maintainers">
          {version.maintainers.length > 0 && (
            <ul>
              {version.maintainers.map((one) => (
                <li key={`${one.name} ${one.email}`}>
                  {one.url ? <Outside href={one.url}>{one.name}</Outside> : one.name}
                </li>
              ))}
            </ul>
          )}
        </Fact>
        <Fact name="Home">
          {version.chart.home && <Outside href={version.chart.home}>{version.chart.home}</Outside>}
        </Fact>
        <Fact name="Sources">
          {version.chart.sources.length > 0 && (
            <ul>
              {version.chart.sources.map((url) => (
                <li key={url}>
                  <Outside href={url}>{url}</Outside>
                </li>
              ))}
            </ul>
          )}
        </Fact>
        <Fact name="Keywords">
          {version.chart.keywords.length > 0 && (
            <span className="keywords">
              {version.chart.keywords.map((word) => (
                <Link key={word} href={`/store?${new URLSearchParams({ keyword: word.toLowerCase() })}`}>
                  {word}
                </Link>
              ))}
            </span>
          )}
        </Fact>
      </dl>
    </aside>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  if (!children) return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Charts say what they like: only addresses of the web become links. */
function Outside({ href, children }: { href: string; children: React.ReactNode }) {
  if (!/^https?:\/\//i.test(href)) return <>{children}</>;
  return (
    <a href={href} rel="noopener noreferrer nofollow" target="_blank">
      {children}
    </a>
  );
}
