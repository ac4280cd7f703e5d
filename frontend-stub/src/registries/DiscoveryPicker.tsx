import { useState } from 'react';
import { type TypedDocumentNode, useMutation, useQuery } from 'urql';
import { Button, Empty, Field, Skeleton, reason, whyNot } from '../elements/elements';
import { count } from '../elements/words';
import { graphql } from '../gql';
import type { AddRepositoriesMutation, AddRepositoriesMutationVariables } from '../gql/graphql';

const DISCOVER = graphql(`
  query DiscoverRepositories($registryId: ID!, $search: String, $after: String) {
    discoverRepositories(registryId: $registryId, search: $search, after: $after) {
      nodes {
        name
        holdsCharts
        alreadyAdded
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export function DiscoveryPicker({
  registryId,
  addDocument,
  onDone,
}: {
  registryId: string;
  addDocument: TypedDocumentNode<AddRepositoriesMutation, AddRepositoriesMutationVariables>;
  onDone: () => void;
}) {
  const [search, setSearch] = useState('');
  const [after, setAfter] = useState<string | null>(null);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [{ data, error, fetching }] = useQuery({
    query: DISCOVER,
    variables: { registryId, search: search.trim() || null, after },
  });
  const [adding, add] = useMutation(addDocument);
  const found = data?.discoverRepositories;

  function toggle(name: string) {
    const next = new Set(chosen);
    if (!next.delete(name)) next.add(name);
    setChosen(next);
  }
  async function submit() {
    const answer = await add({ registryId, names: [...chosen] });
    if (answer.data?.addRepositories.userErrors.length === 0) onDone();
  }
  const refusal = whyNot(adding, adding.data?.addRepositories);

  return (
    <div className="discovery">
      <Field label="Part of the name">
        {(wiring) => (
          <input
            {...wiring}
            type="search"
            value={search}
            onChange={(event) => {
              setSearch(event.target.value);
              setAfter(null);
            }}
          />
        )}
      </Field>
      {error && <p className="field-error">{reason(error)}</p>}
      {!found && !error && <Skeleton lines={6} tall />}
      {found?.nodes.length === 0 && !fetching && (
        <Empty title="Nothing found">The registry lists no repository like that to these credentials.</Empty>
      )}
      <ul aria-busy={fetching}>
        {found?.nodes.map((row) => (
          <li key={row.name}>
            <label className="check">
              <input
                type="checkbox"
                checked={row.alreadyAdded || chosen.has(row.name)}
                disabled={row.alreadyAdded}
                onChange={() => toggle(row.name)}
              />
              <span className="mono">{row.name}</span>
              <span className="faint">
                {row.alreadyAdded
                  ? 'added'
                  : row.holdsCharts === true
                    ? 'charts'
                    : row.holdsCharts === false
                      ? 'no charts'
                      : ''}
              </span>
            </label>
          </li>
        ))}
      </ul>
      {found?.pageInfo.hasNextPage && (
        <Button onClick={() => setAfter(found.pageInfo.endCursor ?? null)}>Next page</Button>
      )}
      {refusal && <p className="field-error">{refusal}</p>}
      <div className="form-actions">
        <Button look="primary" disabled={!chosen.size} busy={adding.fetching} onClick={submit}>
          {chosen.size ? `Add ${count(chosen.size, 'repository', 'repositories')}` : 'Add'}
        </Button>
      </div>
    </div>
  );
}
