import { useMutation, useQuery } from 'urql';
import { Link, useLocation } from 'wouter';
import { Answer } from '../elements/Answer';
import { Confirmed } from '../elements/Confirmed';
import { Badge, Button, Day, Empty, Page, Skeleton, When, whyNot } from '../elements/elements';
import { sentence } from '../elements/words';
import { graphql } from '../gql';
import type { RegistryPageQuery } from '../gql/graphql';
import { useViewer } from '../shell/Shell';
import { SyncRows } from '../syncs/SyncRows';
import { ConnectionTest } from './ConnectionTest';
import { authenticationLabel, useProvider, useProviders } from './providers';
import { Repositories, useRepositories } from './Repositories';
import { TEST_STORED_REGISTRY } from './testing';
import { WebhookAddress } from './WebhookAddress';

const REGISTRY = graphql(`
  query RegistryPage($id: ID!) {
    registry(id: $id) {
      id
      name
      provider
      host
      visibility
      authentication
      username
      connectionSecurity
      useAsChartRepository
      syncIntervalSeconds
      versionConstraint
      versionsKept
      nextSyncAt
      ...Webhook
      caCertificate {
        subject
        expiresAt
      }
      syncs(first: 5) {
        nodes {
          id
          ...SyncRow
        }
      }
    }
  }
`);

const START = graphql(`
  mutation StartSync($registryId: ID!) {
    startSync(registryId: $registryId) {
      sync {
        id
        state
      }
      userErrors {
        message
        field
      }
    }
  }
`);

const DELETE = graphql(`
  mutation DeleteRegistry($id: ID!) {
    deleteRegistry(id: $id) {
      deletedRegistryId
      userErrors {
        message
        field
      }
    }
  }
`);

export default function RegistryPage({ id }: { id: string }) {
  const asked = useQuery({ query: REGISTRY, variables: { id } });
  const [, askAgain] = asked;
  const repositories = useRepositories(id);
  const { providers, error } = useProviders();
  const [{ data: listed, error: unlisted }] = repositories;
  // All at once: what came later would move what is there.
  if (!(listed || unlisted) || !(providers || error)) return <Skeleton lines={10} tall />;
  return (
    <Answer to={asked} lines={10}>
      {({ registry }) =>
        registry ? (
          <Told
            registry={registry}
            repositories={repositories}
            refresh={() => askAgain({ requestPolicy: 'network-only' })}
          />
        ) : (
          <Empty page title="There is no such registry" action={<Link href="/registries">All registries</Link>}>
            It may have been deleted.
          </Empty>
        )
      }
    </Answer>
  );
}

function Told({
  registry,
  repositories,
  refresh,
}: {
  registry: NonNullable<RegistryPageQuery['registry']>;
  repositories: ReturnType<typeof useRepositories>;
  refresh: () => void;
}) {
  const { id } = registry;
  const [starting, start] = useMutation(START);
  const [testing, test] = useMutation(TEST_STORED_REGISTRY);
  const [, go] = useLocation();
  const { canManageRegistries: canManage } = useViewer();
  const provider = useProvider(registry.provider);

  async function sync() {
    const answer = await start({ registryId: id });
    const begun = answer.data?.startSync.sync;
    if (begun) go(`/syncs/${encodeURIComponent(begun.id)}`);
  }
  const refusal = whyNot(starting, starting.data?.startSync) ?? whyNot(testing, testing.data?.testStoredRegistry);
  return (
    <Page
      title={registry.name}
      lead={<span className="mono">{registry.host}</span>}
      actions={
        canManage && (
          <>
            <Button look="primary" onClick={sync} busy={starting.fetching}>
              Sync now
            </Button>
            <Button onClick={() => test({ id })} busy={testing.fetching}>
              Test connection
            </Button>
            <Link href={`/registries/${encodeURIComponent(id)}/edit`} className="button plain">
              Edit
            </Link>
            <DeleteRegistry id={id} name={registry.name} />
          </>
        )
      }
    >
      {refusal ? (
        <p className="refusals" role="alert">
          {refusal}
        </p>
      ) : null}
      <ConnectionTest going={testing.fetching} report={testing.data?.testStoredRegistry.report} />
      <dl className="facts-row">
        <div>
          <dt>Provider</dt>
          <dd>{provider?.label ?? sentence(registry.provider)}</dd>
        </div>
        <div>
          <dt>Signs in with</dt>
          <dd>
            {authenticationLabel(provider, registry.authentication)}
            {registry.username ? <span className="faint"> as {registry.username}</span> : null}
          </dd>
        </div>
        <div>
          <dt>Connection</dt>
          <dd>
            {registry.connectionSecurity === 'INSECURE' ? (
              <Badge tone="warning">Not verified</Badge>
            ) : registry.caCertificate ? (
              <span title={registry.caCertificate.subject}>
                Verified by its own CA, until <Day at={registry.caCertificate.expiresAt} />
              </span>
            ) : (
              'Verified'
            )}
          </dd>
        </div>
        <div>
          <dt>Next sync</dt>
          <dd>{registry.nextSyncAt ? <When at={registry.nextSyncAt} /> : 'By hand or webhook'}</dd>
        </div>
        {(registry.versionConstraint || registry.versionsKept) && (
          <div>
            <dt>Keeps</dt>
            <dd>
              {registry.versionsKept ? `the newest ${registry.versionsKept}` : 'all'}
              {registry.versionConstraint && <span className="mono"> of {registry.versionConstraint}</span>}
            </dd>
          </div>
        )}
      </dl>
      <Repositories registryId={id} asked={repositories} provider={registry.provider} canManage={canManage} />
      <WebhookAddress of={registry} refresh={refresh} />
      <section>
        <h2>Latest syncs</h2>
        {registry.syncs.nodes.length ? (
          <SyncRows syncs={registry.syncs.nodes} named={false} />
        ) : (
          <p className="faint">None yet.</p>
        )}
      </section>
    </Page>
  );
}

function DeleteRegistry({ id, name }: { id: string; name: string }) {
  const [, remove] = useMutation(DELETE);
  const [, go] = useLocation();
  async function confirmed() {
    const result = await remove({ id });
    const refusal = whyNot(result, result.data?.deleteRegistry);
    if (!refusal) go('/registries');
    return refusal;
  }
  return (
    <Confirmed label="Delete" look="danger" question={`Delete ${name}?`} confirm="Delete registry" act={confirmed}>
      Its credentials, its repositories and their charts leave the store. The registry itself is not touched, and adding
      it again brings them back.
    </Confirmed>
  );
}
