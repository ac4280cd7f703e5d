import { Link } from 'wouter';
import { Bar, State, When } from '../elements/elements';
import { count, sentence } from '../elements/words';
import { type FragmentType, graphql, read } from '../gql';
import { PROGRESS } from './progress';
import { type Progress, share } from './story';

const SYNC_ROW = graphql(`
  fragment SyncRow on Sync {
    id
    state
    trigger
    requestedAt
    parkedUntil
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
    progress {
      ...SyncProgressParts
    }
  }
`);

/** `named`: by their registries; else they are all of one, and known by when they were asked for. */
export function SyncRows({ syncs, named }: { syncs: readonly FragmentType<typeof SYNC_ROW>[]; named: boolean }) {
  return (
    <ul className="rows syncs">
      {syncs.map((given) => {
        const sync = read(SYNC_ROW, given);
        const asked = <When at={sync.requestedAt} />;
        return (
          <li key={sync.id}>
            <div>
              <Link href={`/syncs/${encodeURIComponent(sync.id)}`}>{named ? sync.registry.name : asked}</Link>
              {sync.repository ? <span className="mono faint"> {sync.repository.name}</span> : null}
              <p className="faint">
                {sentence(sync.trigger)}
                {named ? <>, {asked}</> : null}
                {sync.parkedUntil ? (
                  <>
                    , parked; goes on <When at={sync.parkedUntil} />
                  </>
                ) : null}
              </p>
            </div>
            <span className="sync-state">
              <State of={sync.state} />
            </span>
            {sync.state === 'RUNNING' || sync.state === 'QUEUED' ? (
              <Bar share={share(read(PROGRESS, sync.progress))} label={`Progress of ${sync.registry.name}`} />
            ) : (
              <span className="sync-outcome">
                {sync.error?.message ?? outcome(sync.state, read(PROGRESS, sync.progress))}
              </span>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function outcome(state: string, progress: Progress): string {
  const parts = [
    progress.versionsAdded ? `${count(progress.versionsAdded, 'version')} added` : '',
    progress.versionsChanged ? `${count(progress.versionsChanged, 'version')} changed` : '',
    progress.versionsRemoved ? `${count(progress.versionsRemoved, 'version')} gone` : '',
    progress.versionsFailed ? `${count(progress.versionsFailed, 'version')} failed` : '',
    // Partial without a version that failed: it was a repository as a whole.
    state === 'PARTIAL' && !progress.versionsFailed ? 'not every repository could be read' : '',
  ];
  return parts.filter(Boolean).join(', ') || 'Nothing changed';
}
