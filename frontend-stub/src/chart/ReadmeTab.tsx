import { useEffect, useRef } from 'react';
import { useQuery } from 'urql';
import { Answer } from '../elements/Answer';
import { Empty } from '../elements/elements';
import { Code } from '../elements/Scrollable';
import { graphql } from '../gql';
import type { ChartReadmeQuery } from '../gql/graphql';
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
  const asked = useQuery({ query: README, variables: { id: chartVersionId } });
  return (
    <Answer to={asked} lines={10}>
      {({ chartVersion }, failed) =>
        chartVersion && (chartVersion.readme || chartVersion.notes) ? (
          <Told version={chartVersion} />
        ) : failed ? null : (
          <Empty title="No README">This version was published without one. Its values say what can be set.</Empty>
        )
      }
    </Answer>
  );
}

function Told({ version }: { version: NonNullable<ChartReadmeQuery['chartVersion']> }) {
  const readme = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // What scrolls must be reached by the keyboard too.
    for (const box of readme.current?.querySelectorAll<HTMLElement>('pre, table') ?? [])
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  });
  return (
    <>
      <Changes version={version} />
      {version.readme ? (
        // Sanitised by the server; the page's content security policy runs no script and no inline style besides.
        <div className="readme" ref={readme} dangerouslySetInnerHTML={{ __html: version.readme.html }} />
      ) : null}
      {version.notes ? (
        <details className="notes" open={!version.readme}>
          <summary>NOTES.txt, shown after installing</summary>
          <Code label="NOTES.txt">{version.notes}</Code>
        </details>
      ) : null}
    </>
  );
}
