/** One client for each token: what one person was shown is never in the cache of another. */
import { cacheExchange } from '@urql/exchange-graphcache';
import { createClient as createSocket } from 'graphql-ws';
import { Client, fetchExchange, mapExchange, subscriptionExchange } from 'urql';
import { cacheOptions } from './cache';
import { bearer, refuseToken } from './token';

/** Told whenever the socket is up; whoever follows something is being told news then, though none may come. */
const onceConnected = new Set<() => void>();
let connected = false;

export function whenConnected(listener: () => void): () => void {
  onceConnected.add(listener);
  if (connected) listener();
  return () => onceConnected.delete(listener);
}

const SOCKET_URL = '/graphql';
/** Chartroom closes with it when the token is not, or no more, valid. Source: graphql-transport-ws. */
export const CLOSED_FORBIDDEN = 4403;

export function createClient(): Client {
  const socket = createSocket({
    url: new URL(SOCKET_URL, location.href.replace(/^http/, 'ws')).href,
    connectionParams: () => ({ authorization: bearer() }),
    // A connection that went silent is noticed within two of these.
    keepAlive: 10_000,
    // Those who follow something subscribe again by themselves: only they know from where.
    retryAttempts: 0,
    on: {
      connected: () => {
        connected = true;
        for (const listener of onceConnected) listener();
      },
      closed: () => {
        connected = false;
      },
    },
  });
  return new Client({
    url: '/graphql',
    preferGetMethod: false,
    requestPolicy: 'cache-and-network',
    fetchOptions: () => ({ headers: { authorization: bearer() } }),
    exchanges: [
      mapExchange({
        onError(error) {
          const status = (error.response as Response | undefined)?.status;
          const closed = (error.networkError as { code?: unknown } | undefined)?.code;
          if (status === 401 || closed === CLOSED_FORBIDDEN) refuseToken();
        },
      }),
      cacheExchange(cacheOptions),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = '', variables }) => ({
          subscribe: (sink) => ({
            unsubscribe: socket.subscribe(
              { query, variables: variables as Record<string, unknown> },
              { ...sink, next: (value) => sink.next(value as Parameters<typeof sink.next>[0]) },
            ),
          }),
        }),
      }),
    ],
  });
}
