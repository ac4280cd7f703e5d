import { useState } from 'react';
import { useQuery } from 'urql';
import { Answer } from '../elements/Answer';
import { Empty } from '../elements/elements';
import { bytesInWords } from '../elements/words';
import { graphql } from '../gql';
import type { TabProps } from './ChartPage';
import { Yaml } from './Yaml';

const FILES = graphql(`
  query ChartFiles($id: ID!) {
    chartVersion(id: $id) {
      id
      files {
        path
        bytes
      }
    }
  }
`);

const FILE = graphql(`
  query ChartFileText($id: ID!, $path: String!) {
    chartVersion(id: $id) {
      id
      file(path: $path)
    }
  }
`);

export default function FilesTab({ chartVersionId }: TabProps) {
  const asked = useQuery({ query: FILES, variables: { id: chartVersionId } });
  const [path, setPath] = useState('Chart.yaml');
  return (
    <Answer to={asked} lines={10}>
      {({ chartVersion }) => (
        <div className="files">
          <ul>
            {chartVersion?.files.map((file) => (
              <li key={file.path}>
                <button type="button" aria-pressed={file.path === path} onClick={() => setPath(file.path)}>
                  <span className="mono">{file.path}</span> <span className="faint">{bytesInWords(file.bytes)}</span>
                </button>
              </li>
            ))}
          </ul>
          <FileText key={path} chartVersionId={chartVersionId} path={path} />
        </div>
      )}
    </Answer>
  );
}

function FileText({ chartVersionId, path }: { chartVersionId: string; path: string }) {
  const asked = useQuery({ query: FILE, variables: { id: chartVersionId, path } });
  return (
    <Answer to={asked} lines={10}>
      {({ chartVersion }, failed) =>
        typeof chartVersion?.file === 'string' ? (
          <Yaml text={chartVersion.file} what={path} />
        ) : failed ? null : (
          <Empty title="No text">{path} is no text file, so there is nothing to show.</Empty>
        )
      }
    </Answer>
  );
}
