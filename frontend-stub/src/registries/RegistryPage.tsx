import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { Link, useLocation } from 'wouter';
import { Badge, Button, Dialog, Empty, Failure, Page, Skeleton, State, When, reason } from '../elements/elements';
import { count, sentence } from '../elements/words';
import { graphql } from '../gql';
import { useViewer } from '../shell/Shell';
import { ConnectionReport } from './ConnectionReport';
import { Repositories } from './Repositories';

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
      caCertificate {
        subject
        expiresAt
      }
      syncs(first: 5) {
        nodes {
          id
          state
          trigger
          requestedAt
          finishedAt
          progress {
            versionsAdded
            versionsChanged
            versionsRemoved
            versionsFailed
          }
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

const TEST = graphql(`
  mutation TestStoredRegistry($id: ID!) {
    testStoredRegistry(id: $id) {
      report {
        ...ReportStages
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
  const [{ data, error }, ask] = useQuery({ query: REGISTRY, variables: { id } });
  const [starting, start] = useMutation(START);
  const [testing, test] = useMutation(TEST);
  const [, go] = useLocation();
  const { canManageRegistries: canManage } = useViewer();
  if (error && !data) return <Failure error={error} retry={() => ask({ requestPolicy: 'network-only' })} />;
  if (!data) return <Skeleton lines={10} tall />;
  const registry = data.registry;
  if (!registry)
    return (
      <Empty page title="There is no such registry" action={<Link href="/registries">All registries</Link>}>
        It may have been deleted.
      </Empty>
    );

  async function sync() {
    const answer = await start({ registryId: id });
    const begun = answer.data?.startSync.sync;
    if (begun) go(`/syncs/${encodeURIComponent(begun.id)}`);
  }
  const failure = starting.error ?? testing.error;
  const refusal = starting.data?.startSync.userErrors[0] ?? testing.data?.testStoredRegistry.userErrors[0];
  const report = testing.data?.testStoredRegistry.report;
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
      {failure && <p className="refusals" role="alert">{reason(failure)}</p>}
      {refusal && <p className="refusals" role="alert">{refusal.message}</p>}
      {report && <ConnectionReport report={report} />}
      <dl className="facts-row">
        <div>
          <dt>Provider</dt>
          <dd>{sentence(registry.provider)}</dd>
        </div>
        <div>
          <dt>Signs in with</dt>
          <dd>
            {sentence(registry.authentication)}
            {registry.username && <span className="faint"> as {registry.username}</span>}
          </dd>
        </div>
        <div>
          <dt>Connection</dt>
          <dd>
            {registry.connectionSecurity === 'INSECURE' ? (
              <Badge tone="warning">Not verified</Badge>
            ) : registry.caCertificate ? (
              <>
                Verified by {registry.caCertificate.subject}, until <When at={registry.caCertificate.expiresAt} />
              </>
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
      <Repositories registryId={id} provider={registry.provider} canManage={canManage} />
      <section>
        <h2>Latest syncs</h2>
        {registry.syncs.nodes.length === 0 ? (
          <p className="faint">None yet.</p>
        ) : (
          <ul className="rows">
            {registry.syncs.nodes.map((one) => (
              <li key={one.id}>
                <Link href={`/syncs/${encodeURIComponent(one.id)}`}>
                  <When at={one.requestedAt} />
                </Link>
                <State of={one.state} />
                <span className="faint">{sentence(one.trigger)}</span>
                <span>
                  {count(one.progress.versionsAdded, 'version')} added
                  {one.progress.versionsFailed > 0 && `, ${one.progress.versionsFailed} failed`}
                </span>
              </li>
            ))}
          </ul>
        )}
      </section>
    </Page>
  );
}

function DeleteRegistry({ id, name }: { id: string; name: string }) {
  const [open, setOpen] = useState(false);
  const [deleting, remove] = useMutation(DELETE);
  const [, go] = useLocation();
  async function confirm() {
    const { data } = await remove({ id });
    if (data?.deleteRegistry.deletedRegistryId) go('/registries');
  }
  return (
    <>
      <Button look="danger" onClick={() => setOpen(true)}>
        Delete
      </Button>
      <Dialog title={`Delete ${name}?`} open={open} onClose={() => setOpen(false)}>
        <p>
          Its credentials, its repositories and their charts leave the store. The registry itself is not touched, and
          adding it again brings them back.
        </p>
        {deleting.error && <p className="field-error">{reason(deleting.error)}</p>}
        <div className="form-actions">
          <Button look="danger" onClick={confirm} busy={deleting.fetching}>
            Delete registry
          </Button>
          <Button look="quiet" onClick={() => setOpen(false)}>
            Keep it
          </Button>
        </div>
      </Dialog>
    </>
  );
}
