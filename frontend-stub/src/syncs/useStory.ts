import { useEffect, useReducer, useRef } from 'react';
import { type Link, useFollowing } from '../connection/following';
import { graphql, read } from '../gql';
import { PROGRESS } from './progress';
import { BEGINNING, type Story, type StoryEvent, tell } from './story';

const EVENTS = graphql(`
  subscription SyncEvents($syncId: ID!, $after: Int!) {
    syncEvents(syncId: $syncId, after: $after) {
      __typename
      syncId
      sequence
      at
      progress {
        ...SyncProgressParts
      }
      ... on RepositoryListed {
        repository
        tags
      }
      ... on ChartVersionStored {
        repository
        version
      }
      ... on ChartVersionRemoved {
        repository
        version
      }
      ... on SyncFaulted {
        fault {
          code
          message
          repository
          tag
          temporary
        }
      }
      ... on RepositoryFinished {
        repository
        repositoryState: state
      }
      ... on SyncFinished {
        state
      }
    }
  }
`);

/** Events come by the hundred; the eye needs ten pictures a second. */
const PICTURE_MS = 100;

/** Everything that happened to a sync, from its first event on, over however many connections it takes. */
export function useStory(syncId: string): { story: Story; link: Link } {
  const [story, take] = useReducer(tell, BEGINNING);
  const waiting = useRef<StoryEvent[]>([]);
  const lastSequence = useRef(0);
  const finished = useRef(false);
  const link = useFollowing({
    document: EVENTS,
    key: syncId,
    variables: () => ({ syncId, after: lastSequence.current }),
    isOver: () => finished.current,
    onData: ({ syncEvents: event }) => {
      waiting.current.push({ ...event, progress: read(PROGRESS, event.progress) });
      lastSequence.current = Math.max(lastSequence.current, event.sequence);
      finished.current ||= event.__typename === 'SyncFinished';
    },
  });
  useEffect(() => {
    const timer = setInterval(() => {
      if (!waiting.current.length) return;
      take(waiting.current);
      waiting.current = [];
    }, PICTURE_MS);
    return () => clearInterval(timer);
  }, []);
  return { story, link };
}
