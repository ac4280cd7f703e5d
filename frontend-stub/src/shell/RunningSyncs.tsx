/** The small sign on every page while anything runs; it keeps the cache fresh too. */
import { useState } from 'react';
import { useQuery } from 'urql';
import { Link } from 'wouter';
import { useFollowing } from '../connection/following';
import { Bar } from '../elements/elements';
import { count } from '../elements/words';
import { type FragmentType, graphql, read } from '../gql';
import { PROGRESS } from '../syncs/progress';
import { type Progress, share } from '../syncs/story';

const RUNNING_SYNC = graphql(`
  fragment RunningSync on Sync {
    id
    state
    requestedAt
    startedAt
    finishedAt
    registry {
      id
      name
    }
    progress {
      ...SyncProgressParts
    }
  }
`);

const LATEST = graphql(`
  query LatestSyncs {
    syncs(first: 20) {
      nodes {
        id
        ...RunningSync
      }
    }
  }
`);

const ACTIVITY = graphql(`
  subscription SyncActivity {
    syncActivity {
      id
      ...RunningSync
    }
  }
`);

type Row = { id: string } & FragmentType<typeof RUNNING_SYNC>;

export function RunningSyncs() {
  const [{ data }] = useQuery({ query: LATEST });
  const [told, setTold] = useState<ReadonlyMap<string, Row>>(new Map());
  const link = useFollowing({
    document: ACTIVITY,
    key: 'activity',
    variables: () => ({}),
    onData: ({ syncActivity }) => setTold((known) => new Map(known).set(syncActivity.id, syncActivity)),
  });
  const rows = new Map((data?.syncs.nodes ?? []).map((row) => [row.id, row as Row]));
  for (const [id, row] of told) rows.set(id, row);
  const running = [...rows.values()]
    .map((row) => read(RUNNING_SYNC, row))
    .filter((sync) => sync.state === 'RUNNING' || sync.state === 'QUEUED');
  const first = running[0];

  return (
    <div className="running" aria-live="polite">
      {link === 'lost' && <span className="lost">Connection lost; trying again</span>}
      {first && (
        <Link href={running.length === 1 ? `/syncs/${encodeURIComponent(first.id)}` : '/syncs'}>
          <span>{running.length === 1 ? `Syncing ${first.registry.name}` : count(running.length, 'sync')}</span>
          <Bar
            share={share(together(running.map((sync) => read(PROGRESS, sync.progress))))}
            label="Progress of what runs"
          />
        </Link>
      )}
    </div>
  );
}

/** As if it were one sync; its total is known once all are. */
function together(parts: readonly Progress[]): Progress | null {
  const [first] = parts;
  if (!first) return null;
  const totals = parts.map((part) => part.versionsTotal ?? null);
  return {
    ...first,
    versionsDone: parts.reduce((sum, part) => sum + part.versionsDone, 0),
    versionsTotal: totals.includes(null) ? null : totals.reduce<number>((sum, total) => sum + (total ?? 0), 0),
  };
}
