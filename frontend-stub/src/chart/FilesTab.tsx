import { useState } from 'react';
import { useQuery } from 'urql';
import { Empty, Failure, Skeleton } from '../elements/elements';
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
  const [{ data, error }, ask] = useQuery({ query: FILES, variables: { id: chartVersionId } });
  const [path, setPath] = useState('Chart.yaml');
  if (error && !data) return <Failure error={error} retry={() => ask({ requestPolicy: 'network-only' })} />;
  if (!data) return <Skeleton lines={10} tall />;
  const files = data.chartVersion?.files ?? [];
  return (
    <div className="files">
      <ul>
        {files.map((file) => (
          <li key={file.path}>
            <button type="button" aria-pressed={file.path === path} onClick={() => setPath(file.path)}>
              <span className="mono">{file.path}</span> <span className="faint">{bytesInWords(file.bytes)}</span>
            </button>
          </li>
        ))}
      </ul>
      <FileText key={path} chartVersionId={chartVersionId} path={path} />
    </div>
  );
}

function FileText({ chartVersionId, path }: { chartVersionId: string; path: string }) {
  const [{ data, error }] = useQuery({ query: FILE, variables: { id: chartVersionId, path } });
  if (error && !data) return <Failure error={error} />;
  if (!data) return <Skeleton lines={10} tall />;
  const text = data.chartVersion?.file;
  if (text === null || text === undefined)
    return <Empty title="No text">{path} is no text file, so there is nothing to show.</Empty>;
  return <Yaml text={text} what={path} />;
}
