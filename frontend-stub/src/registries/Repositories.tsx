import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { Link } from 'wouter';
import { Answer } from '../elements/Answer';
import { Confirmed } from '../elements/Confirmed';
import { Button, Dialog, Empty, Failure, Skeleton, State, Switch, When, whyNot } from '../elements/elements';
import { Further } from '../elements/Further';
import { count, sentence } from '../elements/words';
import { type FragmentType, graphql, read } from '../gql';
import type { RegistryProvider, RegistryRepositoriesQuery } from '../gql/graphql';
import { chartPath } from '../store/chartPath';
import { DiscoveryPicker } from './DiscoveryPicker';
import { useProvider } from './providers';
import { RepositoryChips } from './RepositoryChips';

const ROW = graphql(`
  fragment RepositoryRow on ChartRepository {
    id
    name
    enabled
    state
    lastSyncedAt
    versionCount
    lastError {
      message
    }
    skippedTags {
      tag
      reason
    }
    chart {
      id
    }
    registry {
      id
      name
    }
  }
`);

const REPOSITORIES = graphql(`
  query RegistryRepositories($id: ID!, $after: String) {
    registry(id: $id) {
      id
      repositories(first: 50, after: $after) {
        totalCount
        nodes {
          id
          ...RepositoryRow
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

const ADD = graphql(`
  mutation AddRepositories($registryId: ID!, $names: [String!]!) {
    addRepositories(registryId: $registryId, names: $names) {
      repositories {
        id
      }
      userErrors {
        message
        field
      }
    }
  }
`);

const ENABLE = graphql(`
  mutation SetRepositoryEnabled($id: ID!, $enabled: Boolean!) {
    setRepositoryEnabled(id: $id, enabled: $enabled) {
      repository {
        id
        enabled
      }
      userErrors {
        message
        field
      }
    }
  }
`);

const REMOVE = graphql(`
  mutation RemoveRepositories($ids: [ID!]!) {
    removeRepositories(ids: $ids) {
      removedRepositoryIds
      userErrors {
        message
        field
      }
    }
  }
`);

export function useRepositories(registryId: string) {
  return useQuery({ query: REPOSITORIES, variables: { id: registryId, after: null } });
}

export function Repositories({
  registryId,
  asked,
  provider,
  canManage,
}: {
  registryId: string;
  /** Their first page, asked for together with what stands around them. */
  asked: ReturnType<typeof useRepositories>;
  provider: RegistryProvider;
  canManage: boolean;
}) {
  const canDiscover = useProvider(provider)?.canDiscover ?? false;
  const [adding, setAdding] = useState<'no' | 'by name' | 'discover'>('no');
  const total = asked[0].data?.registry?.repositories.totalCount;
  return (
    <section aria-label="Repositories">
      <div className="section-head">
        <h2>Repositories {total === undefined ? null : <span className="faint">{total.toLocaleString('en')}</span>}</h2>
        {canManage ? (
          <div className="actions">
            <Button onClick={() => setAdding('by name')}>Add by name</Button>
            {canDiscover ? <Button onClick={() => setAdding('discover')}>Find in the registry</Button> : null}
          </div>
        ) : null}
      </div>
      <AddDialog registryId={registryId} open={adding === 'by name'} onClose={() => setAdding('no')} />
      <Dialog title="Find repositories" open={adding === 'discover'} onClose={() => setAdding('no')}>
        <DiscoveryPicker registryId={registryId} addDocument={ADD} onDone={() => setAdding('no')} />
      </Dialog>
      <Answer to={asked} lines={6}>
        {({ registry }) =>
          registry?.repositories.nodes.length ? (
            <ul className="repositories">
              <Rows repositories={registry.repositories} registryId={registryId} canManage={canManage} />
            </ul>
          ) : (
            <Empty title="No repository yet">
              A repository holds the versions of one chart. Add those you need by name
              {canDiscover ? ', or let the registry list what it has' : ''}.
            </Empty>
          )
        }
      </Answer>
    </section>
  );
}

type Page = NonNullable<RegistryRepositoriesQuery['registry']>['repositories'];

/** A page of the list and, once it was asked for, the pages below it. */
function Rows({
  repositories,
  registryId,
  canManage,
  isFurther = false,
}: {
  repositories: Page;
  registryId: string;
  canManage: boolean;
  isFurther?: boolean;
}) {
  const begin = useRef<HTMLLIElement>(null);
  useEffect(() => {
    // The button that was pressed is gone; reading goes on with the first row that came for it.
    if (isFurther) begin.current?.focus();
  }, [isFurther]);
  return (
    <>
      {repositories.nodes.map((row, place) => (
        <li key={row.id} {...(place === 0 && isFurther ? { ref: begin, tabIndex: -1 } : {})}>
          <Row repository={row} canManage={canManage} />
        </li>
      ))}
      <Further
        page={repositories.pageInfo}
        label={`More of ${count(repositories.totalCount, 'repository', 'repositories')}`}
        Frame={Across}
      >
        {(after) => <RowsAfter after={after} registryId={registryId} canManage={canManage} />}
      </Further>
    </>
  );
}

function RowsAfter({ after, registryId, canManage }: { after: string; registryId: string; canManage: boolean }) {
  const [{ data, error }, ask] = useQuery({ query: REPOSITORIES, variables: { id: registryId, after } });
  const repositories = data?.registry?.repositories;
  if (repositories) return <Rows repositories={repositories} registryId={registryId} canManage={canManage} isFurther />;
  return (
    <Across>
      {error ? <Failure error={error} retry={() => ask({ requestPolicy: 'network-only' })} /> : <Skeleton lines={4} />}
    </Across>
  );
}

function Across({ children }: { children: ReactNode }) {
  return <li className="across">{children}</li>;
}

function Row({ repository, canManage }: { repository: FragmentType<typeof ROW>; canManage: boolean }) {
  const row = read(ROW, repository);
  return (
    <>
      <div>
        <p>
          {row.chart ? (
            <Link href={chartPath(row.registry.name, row.name)} className="mono">
              {row.name}
            </Link>
          ) : (
            <span className="mono">{row.name}</span>
          )}
        </p>
        {row.lastError ? <p className="field-error">{row.lastError.message}</p> : null}
        {row.skippedTags.length > 0 ? (
          <details>
            <summary>{count(row.skippedTags.length, 'tag')} passed over</summary>
            <ul>
              {row.skippedTags.map((one) => (
                <li key={one.tag}>
                  <span className="mono">{one.tag}</span> <span className="faint">{sentence(one.reason)}</span>
                </li>
              ))}
            </ul>
          </details>
        ) : null}
      </div>
      <span>
        <State of={row.state} />
      </span>
      <span className="faint">{count(row.versionCount, 'version')}</span>
      <span className="faint">{row.lastSyncedAt ? <When at={row.lastSyncedAt} /> : 'Not yet'}</span>
      {canManage ? <RowActions id={row.id} name={row.name} enabled={row.enabled} /> : null}
    </>
  );
}

function RowActions({ id, name, enabled }: { id: string; name: string; enabled: boolean }) {
  const [enabling, enable] = useMutation(ENABLE);
  const [, remove] = useMutation(REMOVE);
  async function confirmed() {
    const result = await remove({ ids: [id] });
    return whyNot(result, result.data?.removeRepositories);
  }
  const refusal = whyNot(enabling, enabling.data?.setRepositoryEnabled);
  return (
    <div className="row-actions">
      <Switch
        label={`Sync ${name}`}
        labelUnseen
        checked={enabled}
        disabled={enabling.fetching}
        onChange={(wanted) => void enable({ id, enabled: wanted })}
      />
      <Confirmed
        label="Remove"
        spoken={`Remove ${name}`}
        question="Remove this repository?"
        confirm="Remove"
        act={confirmed}
      >
        <span className="mono">{name}</span> and its chart leave the store. The registry itself is not touched.
      </Confirmed>
      {refusal ? (
        <p className="field-error" role="alert">
          {refusal}
        </p>
      ) : null}
    </div>
  );
}

function AddDialog({ registryId, open, onClose }: { registryId: string; open: boolean; onClose: () => void }) {
  const [names, setNames] = useState<string[]>([]);
  const [adding, add] = useMutation(ADD);
  async function submit() {
    const { data } = await add({ registryId, names });
    if (data?.addRepositories.userErrors.length === 0) {
      setNames([]);
      onClose();
    }
  }
  return (
    <Dialog title="Add repositories" open={open} onClose={onClose}>
      <RepositoryChips names={names} onChange={setNames} error={whyNot(adding, adding.data?.addRepositories)} />
      <div className="form-actions">
        <Button look="primary" busy={adding.fetching} disabled={!names.length} onClick={submit}>
          {names.length ? `Add ${count(names.length, 'repository', 'repositories')}` : 'Add'}
        </Button>
        <Button look="quiet" onClick={onClose}>
          Cancel
        </Button>
      </div>
    </Dialog>
  );
}
