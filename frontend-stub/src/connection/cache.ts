/** What the normalised cache must know of the schema: which types are values, and what a change makes stale. */
import type { Cache, CacheExchangeOpts } from '@urql/exchange-graphcache';

/** Types without an id: they live inside whatever holds them. A test holds this list against schema.graphql. */
export const VALUE_TYPES = [
  'AuditEntry',
  'AuditEntryConnection',
  'AuditEntryEdge',
  'AuthenticationInfo',
  'CertificateInfo',
  'ChartChange',
  'ChartConnection',
  'ChartDependency',
  'ChartEdge',
  'ChartFacets',
  'ChartFile',
  'ChartRepositoryConnection',
  'ChartRepositoryEdge',
  'ChartVersionConnection',
  'ChartVersionDiff',
  'ChartVersionEdge',
  'ChartVersionRemoved',
  'ChartVersionStored',
  'ConnectionReport',
  'ConnectionStage',
  'CreateApiTokenPayload',
  'CredentialField',
  'DeleteRegistryPayload',
  'DigestSighting',
  'DiscoveredRepository',
  'DiscoveredRepositoryConnection',
  'DiscoveredRepositoryEdge',
  'FacetValue',
  'FileChange',
  'InstallSnippets',
  'Maintainer',
  'PageInfo',
  'ProviderInfo',
  'Readme',
  'RegisterRegistryPayload',
  'RegistryConnection',
  'RegistryEdge',
  'RegistryFacet',
  'RemoveRepositoriesPayload',
  'RenewWebhookUrlPayload',
  'RepositoriesPayload',
  'RepositoryFinished',
  'RepositoryListed',
  'RepositoryPayload',
  'RevokeApiTokenPayload',
  'SignatureReport',
  'SkippedTag',
  'SyncConnection',
  'SyncEdge',
  'SyncFault',
  'SyncFaultConnection',
  'SyncFaultEdge',
  'SyncFaulted',
  'SyncFinished',
  'SyncPayload',
  'SyncProgress',
  'SyncStarted',
  'TestRegistryPayload',
  'UpdateRegistryPayload',
  'UserError',
  'ValueChange',
  'ValuesProblem',
  'ValuesValidation',
  'Viewer',
] as const;

const FINISHED = new Set(['SUCCEEDED', 'PARTIAL', 'FAILED', 'CANCELLED']);

export const cacheOptions: Partial<CacheExchangeOpts> = {
  keys: Object.fromEntries(VALUE_TYPES.map((name) => [name, () => null])),
  updates: {
    Mutation: {
      registerRegistry: (_result, _args, cache) => forget(cache, 'registries', 'registryByName', 'syncs'),
      deleteRegistry: (_result, args, cache) => {
        cache.invalidate({ __typename: 'Registry', id: String(args.id) });
        forget(cache, 'registries', 'registryByName', 'charts', 'chartByRepository', 'syncs');
      },
      addRepositories: (_result, args, cache) => {
        cache.invalidate({ __typename: 'Registry', id: String(args.registryId) }, 'repositories');
        forget(cache, 'discoverRepositories', 'syncs');
      },
      removeRepositories: (_result, args, cache) => {
        for (const id of args.ids as string[]) cache.invalidate({ __typename: 'ChartRepository', id });
        forget(cache, 'registry', 'discoverRepositories', 'charts', 'chartByRepository');
      },
      startSync: (_result, _args, cache) => forget(cache, 'syncs', 'registry'),
      createApiToken: (_result, _args, cache) => forget(cache, 'apiTokens', 'auditLog'),
      revokeApiToken: (_result, _args, cache) => forget(cache, 'apiTokens', 'auditLog'),
    },
    Subscription: {
      syncActivity: (result, _args, cache) => {
        const sync = result.syncActivity as { state?: string } | null;
        if (sync?.state && FINISHED.has(sync.state))
          forget(cache, 'charts', 'chartByRepository', 'chart', 'registry', 'registries', 'syncs');
      },
    },
  },
};

/** With every argument they were ever asked with. */
function forget(cache: Cache, ...names: string[]): void {
  for (const { fieldName, fieldKey } of cache.inspectFields('Query'))
    if (names.includes(fieldName)) cache.invalidate('Query', fieldKey);
}
