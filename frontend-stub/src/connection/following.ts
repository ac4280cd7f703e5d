/** A subscription that outlives its connection: it goes on by itself, from where the caller says. */
import { useEffect, useEffectEvent, useState } from 'react';
import { type AnyVariables, type TypedDocumentNode, useClient } from 'urql';
import { CLOSED_FORBIDDEN, whenConnected } from './client';

export type Link = 'connecting' | 'live' | 'lost' | 'ended';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8_000;

export function nextWait(waitMs: number): number {
  return Math.min(waitMs * 2, LONGEST_WAIT_MS);
}

interface Following<Data, Variables> {
  document: TypedDocumentNode<Data, Variables>;
  /** Asked anew for each connection, so that it can say what was seen last. */
  variables: () => Variables;
  onData: (data: Data) => void;
  /** True once nothing more can come. */
  isOver?: () => boolean;
  /** Another key begins another subscription. */
  key: string;
}

export function useFollowing<Data, Variables extends AnyVariables>(following: Following<Data, Variables>): Link {
  const client = useClient();
  const [link, setLink] = useState<Link>('connecting');
  const variables = useEffectEvent(following.variables);
  const onData = useEffectEvent(following.onData);
  const isOver = useEffectEvent(() => following.isOver?.() ?? false);
  const { document, key } = following;

  // `key` is not used inside: another key begins another subscription.
  useEffect(() => {
    let stop = () => {};
    let timer: ReturnType<typeof setTimeout> | undefined;
    let waitMs = FIRST_WAIT_MS;
    let left = false;

    function connect() {
      clearTimeout(timer);
      stop();
      let ended = false;
      const again = (forbidden: boolean) => {
        if (left || ended) return;
        ended = true;
        if (isOver()) return setLink('ended');
        setLink('lost');
        if (forbidden) return;
        timer = setTimeout(connect, waitMs);
        waitMs = nextWait(waitMs);
      };
      const subscription = client.subscription(document, variables()).subscribe((result) => {
        if (left || ended) return;
        if (result.data !== undefined && result.data !== null) {
          onData(result.data);
        }
        if (result.error)
          again((result.error.networkError as { code?: unknown } | undefined)?.code === CLOSED_FORBIDDEN);
        else if (!result.hasNext) again(false);
      });
      const forget = whenConnected(() => {
        if (left || ended) return;
        waitMs = FIRST_WAIT_MS;
        setLink('live');
      });
      stop = () => {
        forget();
        subscription.unsubscribe();
      };
    }

    const nudge = () => {
      if (timer !== undefined) connect();
    };
    connect();
    window.addEventListener('online', nudge);
    return () => {
      left = true;
      clearTimeout(timer);
      window.removeEventListener('online', nudge);
      stop();
    };
  }, [client, document, key]);

  return link;
}
