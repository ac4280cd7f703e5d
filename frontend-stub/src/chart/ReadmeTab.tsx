import { useEffect, useRef } from 'react';
import { useQuery } from 'urql';
import { Empty, Failure, Skeleton } from '../elements/elements';
import { graphql } from '../gql';
import { Changes } from './Changes';
import type { TabProps } from './ChartPage';

const README = graphql(`
  query ChartReadme($id: ID!) {
    chartVersion(id: $id) {
      id
      notes
      ...VersionChanges
      readme {
        html
      }
    }
  }
`);

export default function ReadmeTab({ chartVersionId }: TabProps) {
  const [{ data, error }, ask] = useQuery({ query: README, variables: { id: chartVersionId } });
  const readme = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // What scrolls must be reached by the keyboard too.
    for (const box of readme.current?.querySelectorAll<HTMLElement>('pre, table') ?? [])
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  });
  if (error && !data) return <Failure error={error} retry={() => ask({ requestPolicy: 'network-only' })} />;
  if (!data) return <Skeleton lines={10} tall />;
  const version = data.chartVersion;
  if (!version || (!version.readme && !version.notes))
    return <Empty title="No README">This version was published without one. Its values say what can be set.</Empty>;
  return (
    <>
      <Changes version={version} />
      {version.readme && (
        // Sanitised by the server; the page's content security policy runs no script and no inline style besides.
        <div className="readme" ref={readme} dangerouslySetInnerHTML={{ __html: version.readme.html }} />
      )}
      {version.notes && (
        <details className="notes" open={!version.readme}>
          <summary>NOTES.txt, shown after installing</summary>
          <pre tabIndex={0}>{version.notes}</pre>
        </details>
      )}
    </>
  );
}
