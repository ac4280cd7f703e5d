/** A sync as its events tell it. Pure: the same events give the same story, repeated ones change nothing. */

export interface Progress {
  repositoriesTotal?: number | null;
  repositoriesDone: number;
  versionsTotal?: number | null;
  versionsDone: number;
  versionsAdded: number;
  versionsChanged: number;
  versionsRemoved: number;
  versionsUnchanged: number;
  versionsFailed: number;
  bytesPulled: number;
}

export interface Fault {
  code: string;
  message: string;
  repository?: string | null;
  tag?: string | null;
  temporary: boolean;
}

export interface StoryEvent {
  __typename?: string;
  sequence: number;
  at: string;
  progress: Progress;
  repository?: string;
  version?: string;
  tags?: number;
  fault?: Fault;
  repositoryState?: string;
  state?: string;
}

export interface RepositoryStory {
  name: string;
  tags: number | null;
  stored: number;
  faults: number;
  /** Null while it is worked on. */
  state: string | null;
}

export interface Story {
  lastSequence: number;
  progress: Progress | null;
  repositories: ReadonlyMap<string, RepositoryStory>;
  faults: readonly Fault[];
  recent: readonly StoryEvent[];
  /** What was done by when, newest last; the rate is taken from it. */
  pace: readonly { atMs: number; versions: number; bytes: number }[];
  finishedAs: string | null;
}

export const RECENT_KEPT = 40;
export const FAULTS_KEPT = 200;
const PACE_WINDOW_MS = 10_000;

export const BEGINNING: Story = {
  lastSequence: 0,
  progress: null,
  repositories: new Map(),
  faults: [],
  recent: [],
  pace: [],
  finishedAs: null,
};

/** Takes many at once: a finished sync replays its thousands of events in one go. */
export function tell(story: Story, events: readonly StoryEvent[]): Story {
  const fresh = events.filter(
    (event, place) => event.sequence > Math.max(story.lastSequence, events[place - 1]?.sequence ?? 0),
  );
  const last = fresh.at(-1);
  if (!last) return story;
  const repositories = new Map(story.repositories);
  const faults = [...story.faults];
  for (const event of fresh) {
    const name = event.repository ?? event.fault?.repository;
    if (name) repositories.set(name, told(repositories.get(name) ?? untold(name), event));
    if (event.fault) faults.push(event.fault);
  }
  const pace = [...story.pace, ...fresh.map(paceOf)].filter(
    (mark) => mark.atMs >= Date.parse(last.at) - PACE_WINDOW_MS,
  );
  return {
    lastSequence: last.sequence,
    progress: last.progress,
    repositories,
    faults: faults.slice(0, FAULTS_KEPT),
    recent: [...story.recent, ...fresh].slice(-RECENT_KEPT),
    pace,
    finishedAs: fresh.find((event) => event.__typename === 'SyncFinished')?.state ?? story.finishedAs,
  };
}

function untold(name: string): RepositoryStory {
  return { name, tags: null, stored: 0, faults: 0, state: null };
}

function told(repository: RepositoryStory, event: StoryEvent): RepositoryStory {
  switch (event.__typename) {
    case 'RepositoryListed':
      return { ...repository, tags: event.tags ?? null };
    case 'ChartVersionStored':
      return { ...repository, stored: repository.stored + 1 };
    case 'SyncFaulted':
      return { ...repository, faults: repository.faults + 1 };
    case 'RepositoryFinished':
      return { ...repository, state: event.repositoryState ?? null };
    default:
      return repository;
  }
}

function paceOf(event: StoryEvent) {
  return { atMs: Date.parse(event.at), versions: event.progress.versionsDone, bytes: event.progress.bytesPulled };
}

/** Per second, over the last ten seconds; null before there is anything to measure. */
export function rate(story: Story): { versions: number; bytes: number } | null {
  const first = story.pace[0];
  const last = story.pace.at(-1);
  if (!first || !last || last.atMs - first.atMs < 250) return null;
  const seconds = (last.atMs - first.atMs) / 1000;
  return { versions: (last.versions - first.versions) / seconds, bytes: (last.bytes - first.bytes) / seconds };
}

/** 0 to 1; null while the total is not known. */
export function share(progress: Progress | null): number | null {
  if (!progress || progress.versionsTotal === null || progress.versionsTotal === undefined) return null;
  return progress.versionsTotal === 0 ? 1 : Math.min(1, progress.versionsDone / progress.versionsTotal);
}
