import { expect, test } from 'vitest';
import { BEGINNING, type Progress, type StoryEvent, rate, share, tell } from './story';

function progress(versionsDone: number, versionsTotal: number | null = 10): Progress {
  return {
    repositoriesDone: 0,
    versionsTotal,
    versionsDone,
    versionsAdded: versionsDone,
    versionsChanged: 0,
    versionsRemoved: 0,
    versionsUnchanged: 0,
    versionsFailed: 0,
    bytesPulled: versionsDone * 1000,
  };
}

function event(sequence: number, part: Partial<StoryEvent>): StoryEvent {
  const at = new Date(Date.UTC(2026, 0, 1) + sequence * 1000).toISOString();
  return { sequence, at, progress: progress(sequence), ...part };
}

const EVENTS: StoryEvent[] = [
  event(1, { __typename: 'SyncStarted' }),
  event(2, { __typename: 'RepositoryListed', repository: 'a', tags: 2 }),
  event(3, { __typename: 'ChartVersionStored', repository: 'a', version: '1.0.0' }),
  event(4, {
    __typename: 'SyncFaulted',
    fault: { code: 'TOO_LARGE', message: 'too large', repository: 'a', tag: '2.0.0', temporary: false },
  }),
  event(5, { __typename: 'RepositoryFinished', repository: 'a', repositoryState: 'PARTIAL' }),
  event(6, { __typename: 'SyncFinished', state: 'PARTIAL' }),
];

test('the events tell what became of each repository', () => {
  const story = tell(BEGINNING, EVENTS);
  expect([...story.repositories.values()]).toEqual([{ name: 'a', tags: 2, stored: 1, faults: 1, state: 'PARTIAL' }]);
  expect(story.faults.map((fault) => fault.tag)).toEqual(['2.0.0']);
  expect(story.finishedAs).toBe('PARTIAL');
});

test('it is the same story in one piece, in two, and with a part told twice', () => {
  const whole = tell(BEGINNING, EVENTS);
  const pieces = tell(tell(BEGINNING, EVENTS.slice(0, 3)), EVENTS.slice(3));
  const overlapping = tell(tell(BEGINNING, EVENTS.slice(0, 4)), EVENTS.slice(1));
  expect(pieces).toEqual(whole);
  expect(overlapping).toEqual(whole);
});

test('the rate is of the last ten seconds, and unknown at first', () => {
  expect(rate(tell(BEGINNING, EVENTS.slice(0, 1)))).toBeNull();
  expect(rate(tell(BEGINNING, EVENTS))).toEqual({ versions: 1, bytes: 1000 });
});

test('the share is unknown without a total, and whole where there is nothing to do', () => {
  expect(share(null)).toBeNull();
  expect(share(progress(0, null))).toBeNull();
  expect(share(progress(5))).toBe(0.5);
  expect(share(progress(0, 0))).toBe(1);
});
