import { useMemo } from 'react';
import { useQuery } from 'urql';
import { Answer } from '../elements/Answer';
import { Badge, Empty } from '../elements/elements';
import { graphql } from '../gql';
import type { TabProps } from './ChartPage';
import { type SchemaNode, schemaTree } from './schemaTree';

const SCHEMA = graphql(`
  query ChartSchema($id: ID!) {
    chartVersion(id: $id) {
      id
      valuesSchema
    }
  }
`);

export default function SchemaTab({ chartVersionId }: TabProps) {
  const asked = useQuery({ query: SCHEMA, variables: { id: chartVersionId } });
  return (
    <Answer to={asked} lines={10}>
      {(data) => <Schema schema={data.chartVersion?.valuesSchema} />}
    </Answer>
  );
}

function Schema({ schema }: { schema: unknown }) {
  const tree = useMemo(() => schemaTree(schema), [schema]);
  if (!tree.length)
    return (
      <Empty title="No schema">
        This version has no values.schema.json, so Helm takes whatever is set. The comments in its values may say more.
      </Empty>
    );
  return (
    <div className="schema">
      <Level nodes={tree} depth={0} />
    </div>
  );
}

function Level({ nodes, depth }: { nodes: readonly SchemaNode[]; depth: number }) {
  return (
    <ul>
      {nodes.map((node) => (
        <li key={node.name}>
          {node.children.length ? (
            <details open={depth < 1}>
              <summary>
                <Line node={node} />
              </summary>
              <Level nodes={node.children} depth={depth + 1} />
            </details>
          ) : (
            <div className="leaf">
              <Line node={node} />
            </div>
          )}
        </li>
      ))}
    </ul>
  );
}

function Line({ node }: { node: SchemaNode }) {
  return (
    <>
      <code className="schema-name">{node.name}</code> <span className="faint">{node.type}</span>{' '}
      {node.required && <Badge tone="warning">required</Badge>}
      {node.fallback && (
        <span className="faint">
          {' '}
          default <code>{node.fallback}</code>
        </span>
      )}
      {node.bounds.length > 0 && <span className="faint"> {node.bounds.join(' · ')}</span>}
      {node.description && <span className="schema-about">{node.description}</span>}
    </>
  );
}
