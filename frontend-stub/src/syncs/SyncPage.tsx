import { useMutation, useQuery } from 'urql';
import { Link } from 'wouter';
import { Answer } from '../elements/Answer';
import { Bar, Button, Empty, Page, Skeleton, State, When, whyNot } from '../elements/elements';
import { bytesInWords, count, sentence } from '../elements/words';
import { graphql } from '../gql';
import type { SyncPageQuery } from '../gql/graphql';
import { useViewer } from '../shell/Shell';
import { chartPath } from '../store/chartPath';
import { type Story, rate, share } from './story';
import { useStory } from './useStory';

const SYNC = graphql(`
  query SyncPage($id: ID!) {
    sync(id: $id) {
      id
      state
      trigger
      requestedAt
      startedAt
      finishedAt
      parkedUntil
      registryRequests
      registry {
        id
        name
      }
      repository {
        id
        name
      }
      error {
        message
      }
    }
  }
`);

const CANCEL = graphql(`
  mutation CancelSync($id: ID!) {
    cancelSync(id: $id) {
      sync {
        id
        state
        finishedAt
      }
      userErrors {
        message
        field
      }
    }
  }
`);

export default function SyncPage({ id }: { id: string }) {
  const asked = useQuery({ query: SYNC, variables: { id } });
  return (
    <Answer to={asked} lines={8}>
      {({ sync }) =>
        sync ? (
          <Told sync={sync} />
        ) : (
          <Empty page title="There is no such sync" action={<Link href="/syncs">All syncs</Link>}>
            Old ones are cleared away, and those of a deleted registry go with it.
          </Empty>
        )
      }
    </Answer>
  );
}

type Sync = NonNullable<SyncPageQuery['sync']>;

function Told({ sync }: { sync: Sync }) {
  const { story, link } = useStory(sync.id);
  const [cancelling, cancel] = useMutation(CANCEL);
  const { canManageRegistries } = useViewer();
  const state = story.finishedAs ?? sync.state;
  const running = state === 'RUNNING' || state === 'QUEUED';
  const refusal = whyNot(cancelling, cancelling.data?.cancelSync);
  // Of a sync that is over, all at once: told in pieces, what comes first would be pushed down by what comes next.
  const whole = running || story.finishedAs !== null || link === 'lost';
  return (
    <Page
      title={`Sync of ${sync.registry.name}`}
      lead={
        <>
          <Link href={`/registries/${encodeURIComponent(sync.registry.id)}`}>{sync.registry.name}</Link>
          {sync.repository && <span className="mono"> {sync.repository.name}</span>} · {sentence(sync.trigger)}, asked
          for <When at={sync.requestedAt} />
        </>
      }
      actions={
        running &&
        canManageRegistries && (
          <Button look="danger" busy={cancelling.fetching} onClick={() => void cancel({ id: sync.id })}>
            Cancel
          </Button>
        )
      }
    >
      {refusal && (
        <p className="refusals" role="alert">
          {refusal}
        </p>
      )}
      {sync.error && <p className="refusals">{sync.error.message}</p>}
      <section className="progress" aria-label="Progress">
        <div className="progress-head">
          <State of={state} />
          <span className="progress-link" role="status">
            {link === 'lost' && 'Connection lost. Trying again; nothing is missed.'}
            {link === 'live' && running && 'Live'}
          </span>
          <span className="faint">{running ? pace(story) : sync.finishedAt && <When at={sync.finishedAt} />}</span>
        </div>
        {running && sync.parkedUntil && (
          <p className="help">
            The registry wants no requests for now. It goes on by itself <When at={sync.parkedUntil} />.
          </p>
        )}
        <Bar share={running ? share(story.progress) : 1} label="Versions done" />
        <Counts story={story} />
      </section>
      {whole ? (
        <>
          <Faults story={story} />
          <div className="columns">
            <RepositoryStates story={story} registryName={sync.registry.name} />
            <Recent story={story} running={running} />
          </div>
        </>
      ) : (
        <Skeleton lines={8} tall />
      )}
    </Page>
  );
}

function pace(story: Story): string {
  const measured = rate(story);
  if (!measured) return '';
  return `${Math.round(measured.versions)} versions/s, ${bytesInWords(measured.bytes)}/s`;
}

function Counts({ story }: { story: Story }) {
  const { progress } = story;
  const counts: [string, string | number][] = [
    ['Repositories', progress ? `${progress.repositoriesDone} of ${progress.repositoriesTotal ?? '…'}` : '–'],
    [
      'Versions',
      progress
        ? `${progress.versionsDone.toLocaleString('en')} of ${progress.versionsTotal?.toLocaleString('en') ?? '…'}`
        : '–',
    ],
    ['Added', progress?.versionsAdded ?? '–'],
    ['Changed', progress?.versionsChanged ?? '–'],
    ['Unchanged', progress?.versionsUnchanged ?? '–'],
    ['Gone', progress?.versionsRemoved ?? '–'],
    ['Failed', progress?.versionsFailed ?? '–'],
    ['Pulled', progress ? bytesInWords(progress.bytesPulled) : '–'],
  ];
  return (
    <dl className="counts">
      {counts.map(([name, value]) => (
        <div key={name} className={name === 'Failed' && progress?.versionsFailed ? 'bad' : undefined}>
          <dt>{name}</dt>
          <dd>{typeof value === 'number' ? value.toLocaleString('en') : value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Faults({ story }: { story: Story }) {
  if (!story.faults.length) return null;
  return (
    <section>
      <h2>What failed</h2>
      <ul className="faults" aria-live="polite">
        {story.faults.map((fault, place) => (
          <li key={place}>
            <strong>{sentence(fault.code)}</strong>{' '}
            <span className="mono">
              {fault.repository}
              {fault.tag && `:${fault.tag}`}
            </span>
            <p>
              {fault.message} {fault.temporary && <span className="faint">The next sync may do better by itself.</span>}
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}

function RepositoryStates({ story, registryName }: { story: Story; registryName: string }) {
  const repositories = [...story.repositories.values()];
  return (
    <section>
      <h2>Repositories</h2>
      {repositories.length === 0 ? (
        <p className="faint">They appear as they are listed.</p>
      ) : (
        <ul className="rows sync-repositories">
          {repositories.map((one) => (
            <li key={one.name}>
              {one.state && one.state !== 'FAILED' ? (
                <Link href={chartPath(registryName, one.name)} className="mono">
                  {one.name}
                </Link>
              ) : (
                <span className="mono">{one.name}</span>
              )}
              <span>
                <State of={one.state ?? 'RUNNING'} />
              </span>
              <span className="faint">
                {one.tags === null ? '' : `${count(one.tags, 'tag')}, `}
                {one.stored} stored{one.faults > 0 && `, ${one.faults} failed`}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Recent({ story, running }: { story: Story; running: boolean }) {
  return (
    <section>
      <h2>{running ? 'As it happens' : 'Last events'}</h2>
      <ol className="events">
        {story.recent.toReversed().map((event) => (
          <li key={event.sequence}>
            <span className="faint">{event.sequence}</span>{' '}
            {sentence((event.__typename ?? '').replace(/([a-z])([A-Z])/g, '$1_$2'))}{' '}
            <span className="mono">
              {event.repository ?? event.fault?.repository} {event.version}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
