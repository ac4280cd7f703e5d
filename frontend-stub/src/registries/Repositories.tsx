import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { Link } from 'wouter';
import { Button, Dialog, Empty, Failure, Skeleton, State, Switch, When, reason } from '../elements/elements';
import { count, sentence } from '../elements/words';
import { graphql } from '../gql';
import { chartPath } from '../store/chartPath';
import { DiscoveryPicker } from './DiscoveryPicker';
import { RepositoryChips } from './RepositoryChips';
import { useProviders } from './providers';

const REPOSITORIES = graphql(`
  query RegistryRepositories($id: ID!, $first: Int!) {
    registry(id: $id) {
      id
      name
      repositories(first: $first) {
        totalCount
        nodes {
          id
          name
          enabled
          state
          lastSyncedAt
          versionCount
          lastError {
            code
            message
          }
          skippedTags {
            tag
            reason
          }
          chart {
            id
            name
          }
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

const STEP = 50;

export function Repositories({ registryId, provider, canManage }: {
  registryId: string;
  provider: string;
  canManage: boolean;
}) {
  const [first, setFirst] = useState(STEP);
  const [{ data, error, fetching }] = useQuery({ query: REPOSITORIES, variables: { id: registryId, first } });
  const { providers } = useProviders();
  const canDiscover = providers?.find((one) => one.provider === provider)?.canDiscover ?? false;
  const [adding, setAdding] = useState<'no' | 'by name' | 'discover'>('no');
  const registry = data?.registry;
  return (
    <section>
      <div className="section-head">
        <h2>Repositories {registry && <span className="faint">{registry.repositories.totalCount}</span>}</h2>
        {canManage && (
          <div className="actions">
            <Button onClick={() => setAdding('by name')}>Add by name</Button>
            {canDiscover && <Button onClick={() => setAdding('discover')}>Find in the registry</Button>}
          </div>
        )}
      </div>
      <AddDialog
        registryId={registryId}
        open={adding === 'by name'}
        onClose={() => setAdding('no')}
      />
      <Dialog title="Find repositories" open={adding === 'discover'} onClose={() => setAdding('no')}>
        <DiscoveryPicker registryId={registryId} addDocument={ADD} onDone={() => setAdding('no')} />
      </Dialog>
      {error && !registry && <Failure error={error} />}
      {!data && !error && <Skeleton lines={6} tall />}
      {registry?.repositories.nodes.length === 0 && (
        <Empty title="No repository yet">
          A repository holds the versions of one chart. Add those you need by name
          {canDiscover ? ', or let the registry list what it has' : ''}.
        </Empty>
      )}
      {registry && registry.repositories.nodes.length > 0 && (
        <ul className="repositories">
          {registry.repositories.nodes.map((row) => (
            <li key={row.id}>
              <div>
                <p>
                  {row.chart ? (
                    <Link href={chartPath(registry.name, row.name)} className="mono">
                      {row.name}
                    </Link>
                  ) : (
                    <span className="mono">{row.name}</span>
                  )}
                </p>
                {row.lastError && <p className="field-error">{row.lastError.message}</p>}
                {row.skippedTags.length > 0 && (
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
                )}
              </div>
              <State of={row.state} />
              <span className="faint">
                {count(row.versionCount, 'version')}
                {row.lastSyncedAt && (
                  <>
                    {' · '}
                    <When at={row.lastSyncedAt} />
                  </>
                )}
              </span>
              {canManage && <RowActions id={row.id} name={row.name} enabled={row.enabled} />}
            </li>
          ))}
        </ul>
      )}
      {registry && registry.repositories.totalCount > registry.repositories.nodes.length && first < 100 && (
        <Button busy={fetching} onClick={() => setFirst(100)}>
          More
        </Button>
      )}
    </section>
  );
}

function RowActions({ id, name, enabled }: { id: string; name: string; enabled: boolean }) {
  const [enabling, enable] = useMutation(ENABLE);
  const [removing, remove] = useMutation(REMOVE);
  const [open, setOpen] = useState(false);
  return (
    <div className="row-actions">
      <Switch
        label={`Sync ${name}`}
        labelUnseen
        checked={enabled}
        disabled={enabling.fetching}
        onChange={(wanted) => void enable({ id, enabled: wanted })}
      />
      <Button look="quiet" onClick={() => setOpen(true)} aria-label={`Remove ${name}`}>
        Remove
      </Button>
      <Dialog title="Remove this repository?" open={open} onClose={() => setOpen(false)}>
        <p>
          <span className="mono">{name}</span> and its chart leave the store. The registry itself is not touched.
        </p>
        {removing.error && <p className="field-error">{reason(removing.error)}</p>}
        <div className="form-actions">
          <Button look="danger" busy={removing.fetching} onClick={() => void remove({ ids: [id] })}>
            Remove
          </Button>
          <Button look="quiet" onClick={() => setOpen(false)}>
            Keep it
          </Button>
        </div>
      </Dialog>
    </div>
  );
}

function AddDialog({ registryId, open, onClose }: { registryId: string; open: boolean; onClose: () => void }) {
  const [names, setNames] = useState<string[]>([]);
  const [adding, add] = useMutation(ADD);
  async function submit() {
    const { data } = await add({ registryId, names });
    if (data && data.addRepositories.userErrors.length === 0) {
      setNames([]);
      onClose();
    }
  }
  const refusal = adding.data?.addRepositories.userErrors[0]?.message ?? (adding.error && reason(adding.error));
  return (
    <Dialog title="Add repositories" open={open} onClose={onClose}>
      <RepositoryChips names={names} onChange={setNames} error={refusal} />
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
