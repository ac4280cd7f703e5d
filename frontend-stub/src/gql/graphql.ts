/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** How to sign in to Google Cloud. Exactly one. */
export type ArtifactRegistryAuthenticationInput =
  {   /** The JSON key file's content; white space and the single quotes that some guides ask for do no harm. */
  serviceAccountJson: string; workloadIdentity?: never; }
  |  { serviceAccountJson?: never;   /** Workload identity, or the service account of the machine. */
  workloadIdentity: GcpWorkloadIdentityInput; };

/** Google Artifact Registry. */
export type ArtifactRegistryInput = {
  /** Null: anonymously. */
  authentication?: ArtifactRegistryAuthenticationInput | null | undefined;
  /** <region>-docker.pkg.dev */
  registryUrl: string;
};

/** How to sign in to Azure. Exactly one. */
export type AzureAuthenticationInput =
  {   /** Managed identity or workload identity. */
  managedIdentity: AzureManagedIdentityInput; servicePrincipal?: never; usernamePassword?: never; }
  |  { managedIdentity?: never;   /** Service principal, by Microsoft Entra ID. */
  servicePrincipal: AzureServicePrincipalInput; usernamePassword?: never; }
  |  { managedIdentity?: never; servicePrincipal?: never;   /** Service principal, admin user or scope-map token. */
  usernamePassword: UsernamePasswordInput; };

/** Azure Container Registry. */
export type AzureInput = {
  /** Null: anonymously, where the registry allows it. */
  authentication?: AzureAuthenticationInput | null | undefined;
  /** xxx.azurecr.io */
  loginServer: string;
};

/** The identity of the machine or pod that Chartroom runs on. */
export type AzureManagedIdentityInput = {
  /** Of a user-assigned identity; null: the system's, or workload identity. */
  clientId?: string | null | undefined;
};

/** An application of Microsoft Entra ID with a client secret. */
export type AzureServicePrincipalInput = {
  /** Application (client) id. */
  clientId: string;
  /** The secret's value, not its id. It can never be read back. */
  clientSecret: string;
  /** Directory (tenant) id. */
  tenantId: string;
};

/** What became of something from one version to another. */
export type ChangeKind =
  /** It was not there before. */
  | 'ADDED'
  /** It is another one, of the same type; or it was null, or became null. */
  | 'CHANGED'
  /** It is not there any more. */
  | 'REMOVED'
  /** It is of another type: what was set for it may be refused now. */
  | 'TYPE_CHANGED';

/** Which charts, by their latest version; what is left out or null is no condition. */
export type ChartFilter = {
  /** That depend on a chart of this name. */
  dependsOn?: string | null | undefined;
  /** True: only deprecated, false: none of them, null: both. */
  deprecated?: boolean | null | undefined;
  /** That name this image; host and tag count only where they are given. */
  image?: string | null | undefined;
  /** Those too that have only pre-releases. */
  includePrereleases?: boolean | null | undefined;
  /** With any of these keywords, whatever their case. */
  keywords?: Array<string> | null | undefined;
  /** That Helm would install on this Kubernetes, e.g. 1.34 or v1.34.1-eks-3025e55. */
  kubeVersion?: string | null | undefined;
  /** Of these registries. */
  registryIds?: Array<string | number> | null | undefined;
  /** Of these repositories. */
  repositoryIds?: Array<string | number> | null | undefined;
  /** True: only those with a signature, be it verified or not; false: only those without. */
  signed?: boolean | null | undefined;
  /** Of any of these types. */
  types?: Array<ChartType> | null | undefined;
};

/** What charts are sorted by. */
export type ChartOrder =
  /** By name. */
  | 'NAME'
  /** Best match first; by name where there is no search. */
  | 'RELEVANCE'
  /** What changed last first. */
  | 'UPDATED_AT_DESC';

/** What a chart is for. */
export type ChartType =
  /** It can be installed. */
  | 'APPLICATION'
  /** Other charts are built with it. */
  | 'LIBRARY';

/** How the connection to the registry is secured. */
export type ConnectionSecurity =
  /** HTTPS without verification, or plain HTTP. Only this registry is affected. */
  | 'INSECURE'
  /** HTTPS, verified against the system's CAs. */
  | 'SECURE'
  /** HTTPS, verified against the CA certificate given with the registry. */
  | 'SECURE_WITH_CA';

/** One step of a connection, in the order they are taken. */
export type ConnectionStageKind =
  /** Does the name resolve, to an address that is allowed? */
  | 'ADDRESS'
  /** Does something answer there? */
  | 'CONNECT'
  /** Are the credentials taken? */
  | 'LOGIN'
  /** Is it a registry? */
  | 'REGISTRY_API'
  /** Can the repository be listed, and does it hold a chart? */
  | 'REPOSITORY'
  /** Does its certificate hold? */
  | 'TLS';

/** A token to make. */
export type CreateApiTokenInput = {
  /** When it ends; null: never. */
  expiresAt?: string | null | undefined;
  /** To tell it from others, e.g. ci. */
  name: string;
  /** What it may do. */
  role: Role;
};

/** Docker Hub; without user name and token, anonymously. */
export type DockerHubInput = {
  /** Password or access token. */
  passwordOrToken?: string | null | undefined;
  /** User, or organisation for an organisation's token. */
  username?: string | null | undefined;
};

/** An access key of an IAM user. */
export type EcrAccessKeyInput = {
  /** AKIA and 16 further characters. */
  accessKeyId: string;
  /** It can never be read back. */
  secretAccessKey: string;
};

/** How to sign in to Amazon ECR. Exactly one. */
export type EcrAuthenticationInput =
  {   /** An access key of an IAM user. */
  accessKey: EcrAccessKeyInput; iamRole?: never; }
  |  { accessKey?: never;   /** The role of the machine or pod Chartroom runs on (EC2 instance role, IRSA, EKS Pod Identity). */
  iamRole: EcrIamRoleInput; };

/** The role of the machine or pod that Chartroom runs on, or one that it may assume. */
export type EcrIamRoleInput = {
  /** Role to assume on top of it. */
  assumeRoleArn?: string | null | undefined;
  /** What that role's owner wants to be told. */
  externalId?: string | null | undefined;
};

/** Amazon ECR, private or public. */
export type EcrInput = {
  /** Needed where the registry is private. */
  authentication?: EcrAuthenticationInput | null | undefined;
  /** xxxxxxxxxxxx.dkr.ecr.<region>.amazonaws.com, or public.ecr.aws */
  registryUrl: string;
};

/** The identity of the machine or pod that Chartroom runs on. */
export type GcpWorkloadIdentityInput = {
  /** E-mail address of a service account to act as. */
  impersonateServiceAccount?: string | null | undefined;
};

/** Any registry that keeps to the OCI distribution specification. */
export type OtherInput = {
  /** Null: anonymously. */
  authentication?: UsernamePasswordInput | null | undefined;
  /** PEM; needed for SECURE_WITH_CA. */
  caCertificate?: string | null | undefined;
  /** How the connection is secured. */
  connectionSecurity?: ConnectionSecurity;
  /** host, host:port; oci://, http:// and https:// are refused with an explanation. */
  registryUrl: string;
};

/** Which provider, and what it needs. Exactly one. */
export type ProviderInput =
  {   /** Google Artifact Registry. */
  artifactRegistry: ArtifactRegistryInput; azure?: never; dockerHub?: never; ecr?: never; other?: never; quay?: never; }
  |  { artifactRegistry?: never;   /** Azure Container Registry. */
  azure: AzureInput; dockerHub?: never; ecr?: never; other?: never; quay?: never; }
  |  { artifactRegistry?: never; azure?: never;   /** Docker Hub. */
  dockerHub: DockerHubInput; ecr?: never; other?: never; quay?: never; }
  |  { artifactRegistry?: never; azure?: never; dockerHub?: never;   /** Amazon ECR. */
  ecr: EcrInput; other?: never; quay?: never; }
  |  { artifactRegistry?: never; azure?: never; dockerHub?: never; ecr?: never;   /** Any other registry. */
  other: OtherInput; quay?: never; }
  |  { artifactRegistry?: never; azure?: never; dockerHub?: never; ecr?: never; other?: never;   /** quay.io, or a Quay of one's own. */
  quay: QuayInput; };

/** quay.io, or a Quay of one's own; without user name and token, anonymously. */
export type QuayInput = {
  /** PEM; needed for SECURE_WITH_CA. */
  caCertificate?: string | null | undefined;
  /** For a self-hosted Quay. */
  connectionSecurity?: ConnectionSecurity;
  /** quay.io, or the host of a self-hosted Quay. */
  registryUrl?: string;
  /** Robot token, encrypted password or password. */
  token?: string | null | undefined;
  /** Robot (namespace+name), user, $app or $oauthtoken. */
  username?: string | null | undefined;
};

/** A registry to register or to test. */
export type RegisterRegistryInput = {
  /** Unique; may be changed later. */
  name: string;
  /** Who runs it, and how to sign in. */
  provider: ProviderInput;
  /** username/chartname each; needed where useAsChartRepository is true, unless discovery is used later. */
  repositories?: Array<string>;
  /** Seconds between two scheduled syncs; null: only by hand or webhook. */
  syncIntervalSeconds?: number | null | undefined;
  /** Whether its charts are brought into the store. */
  useAsChartRepository?: boolean;
  /** Only versions inside this semver constraint are kept; null: all. */
  versionConstraint?: string | null | undefined;
  /** At most this many newest versions are kept for each chart; null: all. */
  versionsKept?: number | null | undefined;
  /** Whether it wants credentials. */
  visibility: RegistryVisibility;
};

/** Which kind of credentials a registry is used with. */
export type RegistryAuthentication =
  /** None. */
  | 'ANONYMOUS'
  /** The Azure identity of the machine or pod. */
  | 'AZURE_MANAGED_IDENTITY'
  /** An Azure service principal. */
  | 'AZURE_SERVICE_PRINCIPAL'
  /** An AWS access key. */
  | 'ECR_ACCESS_KEY'
  /** The AWS role of the machine or pod, or one assumed on top of it. */
  | 'ECR_IAM_ROLE'
  /** A Google service account's key file. */
  | 'GCP_SERVICE_ACCOUNT'
  /** The Google identity of the machine or pod. */
  | 'GCP_WORKLOAD_IDENTITY'
  /** A user name with a password or token. */
  | 'USERNAME_PASSWORD';

/** Which registries; what is left out or null is no condition. */
export type RegistryFilter = {
  /** Any of these. */
  providers?: Array<RegistryProvider> | null | undefined;
  /** Part of the name or the host. */
  search?: string | null | undefined;
  /** Only those that are, or are not, used as chart repositories. */
  useAsChartRepository?: boolean | null | undefined;
};

/** Who runs a registry. */
export type RegistryProvider =
  /** Google Artifact Registry. */
  | 'ARTIFACT_REGISTRY'
  /** Azure Container Registry. */
  | 'AZURE'
  /** Docker Hub. */
  | 'DOCKER_HUB'
  /** Amazon Elastic Container Registry, private or public. */
  | 'ECR'
  /** Any other registry that keeps to the OCI distribution specification. */
  | 'OTHER'
  /** Quay, at quay.io or self-hosted. */
  | 'QUAY';

/** Whether a registry wants credentials. */
export type RegistryVisibility =
  /** Credentials are needed. */
  | 'PRIVATE'
  /** No credentials: the URL and the repository names suffice. */
  | 'PUBLIC';

/** What the last look at a repository found. */
export type RepositoryState =
  /** It could not be read. */
  | 'FAILED'
  /** It was not looked at yet. */
  | 'NEVER_SYNCED'
  /** Some versions failed. */
  | 'PARTIAL'
  /** Everything in it is stored. */
  | 'SYNCED';

/** What the holder of a token may do; each may do what those before it may. */
export type Role =
  /** Everything, tokens and the audit log included. */
  | 'ADMIN'
  /** Manages registries and syncs too. */
  | 'MANAGER'
  /** Reads the chart store. */
  | 'READER';

/** What became of checking the signatures of a chart version. */
export type SignatureVerification =
  /** A signature does not belong to what it stands beside. */
  | 'INVALID'
  /** There are none. */
  | 'UNSIGNED'
  /** Signed, and no key of this store matches. */
  | 'UNVERIFIED'
  /** Signed by a key of this store. */
  | 'VERIFIED';

/** Why a tag was passed over. */
export type SkipReason =
  /** It holds something other than a Helm chart. */
  | 'NOT_A_CHART'
  /** It is no semantic version. */
  | 'NOT_SEMVER'
  /** The registry's versionConstraint or versionsKept leaves it out. */
  | 'OUTSIDE_CONSTRAINT'
  /** It holds a signature or an attestation. */
  | 'SIGNATURE_OR_ATTESTATION';

/** What came of a step. */
export type StageOutcome =
  /** This is to be mended. */
  | 'FAILED'
  /** It went well. */
  | 'PASSED'
  /** It was not tried. */
  | 'SKIPPED';

/** What went wrong, for machines. */
export type SyncFaultCode =
  /** The registry refused the credentials. */
  | 'CREDENTIALS_REFUSED'
  /** The bytes are not those of their digest. */
  | 'DIGEST_MISMATCH'
  /** Chartroom itself failed; its log has more. */
  | 'INTERNAL'
  /** The chart cannot be read. */
  | 'MALFORMED_CHART'
  /** The manifest cannot be read. */
  | 'MALFORMED_MANIFEST'
  /** The credentials are valid and do not reach this. */
  | 'PERMISSION_DENIED'
  /** The registry asks to slow down. */
  | 'RATE_LIMITED'
  /** The registry failed, or answered with what it should not. */
  | 'REGISTRY_ERROR'
  /** No connection: name, network or server. */
  | 'REGISTRY_UNREACHABLE'
  /** The registry has no such repository, or does not show it to these credentials. */
  | 'REPOSITORY_NOT_FOUND'
  /** It took too long. */
  | 'TIMED_OUT'
  /** The registry's certificate could not be verified, or it speaks no TLS. */
  | 'TLS_FAILED'
  /** It is larger than this Chartroom takes. */
  | 'TOO_LARGE'
  /** It is something that Chartroom does not read. */
  | 'UNSUPPORTED_CHART';

/** Where a sync stands. */
export type SyncState =
  /** Stopped by hand, or because the registry was changed; what was stored stays. */
  | 'CANCELLED'
  /** Finished, and nothing could be read. */
  | 'FAILED'
  /** Finished, with some repositories or versions failed. */
  | 'PARTIAL'
  /** It waits for a worker. */
  | 'QUEUED'
  /** It runs. */
  | 'RUNNING'
  /** Finished, nothing failed. */
  | 'SUCCEEDED';

/** Why a sync was started. */
export type SyncTrigger =
  /** By hand. */
  | 'MANUAL'
  /** A registry or repository was added or changed. */
  | 'REGISTRATION'
  /** By the registry's interval. */
  | 'SCHEDULE'
  /** The registry told of a push. */
  | 'WEBHOOK';

/** Absent fields stay as they are. Credentials are replaced whole or kept. */
export type UpdateRegistryInput = {
  /** Which registry. */
  id: string | number;
  /** Its new name. */
  name?: string | null | undefined;
  /** Who runs it. Without credentials those that are stored are kept, as long as the host stays. */
  provider?: ProviderInput | null | undefined;
  /** Seconds between two scheduled syncs; null: only by hand or webhook. */
  syncIntervalSeconds?: number | null | undefined;
  /** Whether its charts are brought into the store. */
  useAsChartRepository?: boolean | null | undefined;
  /** Only versions inside this semver constraint are kept; null: all. */
  versionConstraint?: string | null | undefined;
  /** At most this many newest versions are kept for each chart; null: all. */
  versionsKept?: number | null | undefined;
  /** Whether it wants credentials. */
  visibility?: RegistryVisibility | null | undefined;
};

/** What about the input is to be mended. */
export type UserErrorCode =
  /** It cannot be done in the present state. */
  | 'CONFLICT'
  /** The registry refused the credentials. */
  | 'CREDENTIALS_REFUSED'
  /** Addresses of this network are closed to registries. */
  | 'FORBIDDEN_ADDRESS'
  /** A value is not of the expected form. */
  | 'INVALID'
  /** Another one has this name. */
  | 'NAME_TAKEN'
  /** Nothing has this id, or it was deleted. */
  | 'NOT_FOUND'
  /** A value is missing. */
  | 'REQUIRED'
  /** The registry cannot be reached. */
  | 'UNREACHABLE';

/** A user name with a password or token. */
export type UsernamePasswordInput = {
  /** It can never be read back. */
  passwordOrToken: string;
  /** The user, robot or token name. */
  username: string;
};

export type ApiTokensQueryVariables = Exact<{ [key: string]: never; }>;


export type ApiTokensQuery = { apiTokens: Array<{ id: string, name: string, role: Role, prefix: string, createdAt: string, expiresAt: string | null, lastUsedAt: string | null }> };

export type CreateApiTokenMutationVariables = Exact<{
  input: CreateApiTokenInput;
}>;


export type CreateApiTokenMutation = { createApiToken: { secret: string | null, apiToken: { id: string } | null, userErrors: Array<{ message: string, field: Array<string> }> } };

export type RevokeApiTokenMutationVariables = Exact<{
  id: string | number;
}>;


export type RevokeApiTokenMutation = { revokeApiToken: { revokedApiTokenId: string | null, userErrors: Array<{ message: string, field: Array<string> }> } };

export type AuditLogQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type AuditLogQuery = { auditLog: { nodes: Array<{ at: string, actor: string, action: string, subject: string, detail: unknown }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type VersionChangesFragment = { id: string, changes: Array<{ kind: string | null, description: string }> } & { ' $fragmentName'?: 'VersionChangesFragment' };

export type ChartFactsQueryVariables = Exact<{
  id: string | number;
}>;


export type ChartFactsQuery = { chartVersion: { id: string, tag: string, digest: string, archiveBytes: number, appVersion: string | null, apiVersion: string, type: ChartType, kubeVersion: string | null, createdAt: string | null, storedAt: string, maintainers: Array<{ name: string, email: string | null, url: string | null }>, digestHistory: Array<{ digest: string, firstSeenAt: string }>, install: { helm: string, argoCd: string, flux: string }, chart: { id: string, home: string | null, sources: Array<string>, keywords: Array<string> } } | null };

export type ChartPageQueryVariables = Exact<{
  registryName: string;
  repository: string;
  version: string;
  named: boolean;
}>;


export type ChartPageQuery = { chartByRepository: { id: string, name: string, description: string | null, icon: string | null, deprecated: boolean, versionCount: number, registry: { id: string, name: string }, repository: { id: string, name: string }, latestVersion: { id: string, version: string, prerelease: boolean, deprecated: boolean, removedAt: string | null }, version?: { id: string, version: string, prerelease: boolean, deprecated: boolean, removedAt: string | null } | null } | null };

export type CheckDefaultsQueryVariables = Exact<{
  id: string | number;
}>;


export type CheckDefaultsQuery = { chartVersion: { id: string, values: string | null } | null };

export type CheckValuesQueryVariables = Exact<{
  id: string | number;
  values: string;
}>;


export type CheckValuesQuery = { validateValues: { valid: boolean, hasSchema: boolean, problems: Array<{ pointer: string, message: string }> } };

export type ChartDependenciesQueryVariables = Exact<{
  id: string | number;
}>;


export type ChartDependenciesQuery = { chartVersion: { id: string, dependencies: Array<{ name: string, version: string | null, repository: string | null, alias: string | null, condition: string | null, resolvesTo: { id: string, name: string, registry: { id: string, name: string }, repository: { id: string, name: string } } | null }> } | null };

export type DiffSidesQueryVariables = Exact<{
  id: string | number;
  from: string;
  fromNamed: boolean;
  to: string;
  below: string;
}>;


export type DiffSidesQuery = { chart: { id: string, versionCount: number, to: { id: string, version: string } | null, from?: { id: string, version: string } | null, versions?: { nodes: Array<{ id: string, version: string }> } } | null };

export type ChartDiffQueryVariables = Exact<{
  from: string | number;
  to: string | number;
}>;


export type ChartDiffQuery = { chartVersionDiff: { breaking: boolean, leftOut: Array<string>, values: Array<{ path: string, kind: ChangeKind, before: unknown, after: unknown }>, chartYaml: Array<{ path: string, kind: ChangeKind, before: unknown, after: unknown }>, schema: Array<{ path: string, kind: ChangeKind, before: unknown, after: unknown }>, files: Array<{ path: string, kind: ChangeKind, unifiedDiff: string | null }> } };

export type ChartFilesQueryVariables = Exact<{
  id: string | number;
}>;


export type ChartFilesQuery = { chartVersion: { id: string, files: Array<{ path: string, bytes: number }> } | null };

export type ChartFileTextQueryVariables = Exact<{
  id: string | number;
  path: string;
}>;


export type ChartFileTextQuery = { chartVersion: { id: string, file: string | null } | null };

export type ChartImagesQueryVariables = Exact<{
  id: string | number;
}>;


export type ChartImagesQuery = { chartVersion: { id: string, images: Array<string> } | null };

export type ChartReadmeQueryVariables = Exact<{
  id: string | number;
}>;


export type ChartReadmeQuery = { chartVersion: (
    { id: string, notes: string | null, readme: { html: string } | null }
    & { ' $fragmentRefs'?: { 'VersionChangesFragment': VersionChangesFragment } }
  ) | null };

export type ChartSchemaQueryVariables = Exact<{
  id: string | number;
}>;


export type ChartSchemaQuery = { chartVersion: { id: string, valuesSchema: unknown } | null };

export type ChartSignatureQueryVariables = Exact<{
  id: string | number;
}>;


export type ChartSignatureQuery = { chartVersion: { id: string, signature: { hasProvenance: boolean, hasSignature: boolean, verification: SignatureVerification, signedBy: string | null, message: string | null } } | null };

export type ChartValuesQueryVariables = Exact<{
  id: string | number;
}>;


export type ChartValuesQuery = { chartVersion: { id: string, values: string | null } | null };

export type VersionMatchesQueryVariables = Exact<{
  id: string | number;
  first: number;
  constraint?: string | null | undefined;
}>;


export type VersionMatchesQuery = { chart: { id: string, versions: { totalCount: number, nodes: Array<{ id: string, version: string, createdAt: string | null, storedAt: string, removedAt: string | null }> } } | null };

export type ChartVersionsQueryVariables = Exact<{
  id: string | number;
  first: number;
  after?: string | null | undefined;
  constraint?: string | null | undefined;
  includePrereleases: boolean;
  includeRemoved: boolean;
}>;


export type ChartVersionsQuery = { chart: { id: string, versions: { totalCount: number, nodes: Array<{ id: string, version: string, appVersion: string | null, createdAt: string | null, storedAt: string, removedAt: string | null, prerelease: boolean, deprecated: boolean, archiveBytes: number }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type RegisterRegistryMutationVariables = Exact<{
  input: RegisterRegistryInput;
}>;


export type RegisterRegistryMutation = { registerRegistry: { registry: { id: string, name: string } | null, sync: { id: string } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: Array<string> }> } };

export type ReportStagesFragment = { ok: boolean, stages: Array<{ kind: ConnectionStageKind, outcome: StageOutcome, message: string, repository: string | null, milliseconds: number | null }> } & { ' $fragmentName'?: 'ReportStagesFragment' };

export type DiscoverRepositoriesQueryVariables = Exact<{
  registryId: string | number;
  search?: string | null | undefined;
  after?: string | null | undefined;
}>;


export type DiscoverRepositoriesQuery = { discoverRepositories: { nodes: Array<{ name: string, holdsCharts: boolean | null, alreadyAdded: boolean }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type EditRegistryQueryVariables = Exact<{
  id: string | number;
}>;


export type EditRegistryQuery = { registry: { id: string, name: string, provider: RegistryProvider, host: string, authentication: RegistryAuthentication, connectionSecurity: ConnectionSecurity, useAsChartRepository: boolean, syncIntervalSeconds: number | null, versionConstraint: string | null, versionsKept: number | null } | null };

export type UpdateRegistryMutationVariables = Exact<{
  input: UpdateRegistryInput;
}>;


export type UpdateRegistryMutation = { updateRegistry: { registry: { id: string, name: string, provider: RegistryProvider, host: string, visibility: RegistryVisibility, authentication: RegistryAuthentication, username: string | null, connectionSecurity: ConnectionSecurity, useAsChartRepository: boolean, syncIntervalSeconds: number | null, versionConstraint: string | null, versionsKept: number | null, nextSyncAt: string | null, updatedAt: string } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: Array<string> }> } };

export type RegistriesQueryVariables = Exact<{
  after?: string | null | undefined;
  filter?: RegistryFilter | null | undefined;
}>;


export type RegistriesQuery = { registries: { totalCount: number, nodes: Array<{ id: string, name: string, provider: RegistryProvider, host: string, visibility: RegistryVisibility, connectionSecurity: ConnectionSecurity, useAsChartRepository: boolean, nextSyncAt: string | null, charts: { totalCount: number }, repositories: { totalCount: number }, lastSync: { id: string, state: SyncState, requestedAt: string, finishedAt: string | null, error: { code: SyncFaultCode, message: string } | null } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type RegistryPageQueryVariables = Exact<{
  id: string | number;
}>;


export type RegistryPageQuery = { registry: (
    { id: string, name: string, provider: RegistryProvider, host: string, visibility: RegistryVisibility, authentication: RegistryAuthentication, username: string | null, connectionSecurity: ConnectionSecurity, useAsChartRepository: boolean, syncIntervalSeconds: number | null, versionConstraint: string | null, versionsKept: number | null, nextSyncAt: string | null, caCertificate: { subject: string, expiresAt: string } | null, syncs: { nodes: Array<(
        { id: string }
        & { ' $fragmentRefs'?: { 'SyncRowFragment': SyncRowFragment } }
      )> } }
    & { ' $fragmentRefs'?: { 'WebhookFragment': WebhookFragment } }
  ) | null };

export type StartSyncMutationVariables = Exact<{
  registryId: string | number;
}>;


export type StartSyncMutation = { startSync: { sync: { id: string, state: SyncState } | null, userErrors: Array<{ message: string, field: Array<string> }> } };

export type DeleteRegistryMutationVariables = Exact<{
  id: string | number;
}>;


export type DeleteRegistryMutation = { deleteRegistry: { deletedRegistryId: string | null, userErrors: Array<{ message: string, field: Array<string> }> } };

export type RepositoryRowFragment = { id: string, name: string, enabled: boolean, state: RepositoryState, lastSyncedAt: string | null, versionCount: number, lastError: { message: string } | null, skippedTags: Array<{ tag: string, reason: SkipReason }>, chart: { id: string } | null, registry: { id: string, name: string } } & { ' $fragmentName'?: 'RepositoryRowFragment' };

export type RegistryRepositoriesQueryVariables = Exact<{
  id: string | number;
  after?: string | null | undefined;
}>;


export type RegistryRepositoriesQuery = { registry: { id: string, repositories: { totalCount: number, nodes: Array<(
        { id: string }
        & { ' $fragmentRefs'?: { 'RepositoryRowFragment': RepositoryRowFragment } }
      )>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type AddRepositoriesMutationVariables = Exact<{
  registryId: string | number;
  names: Array<string> | string;
}>;


export type AddRepositoriesMutation = { addRepositories: { repositories: Array<{ id: string }>, userErrors: Array<{ message: string, field: Array<string> }> } };

export type SetRepositoryEnabledMutationVariables = Exact<{
  id: string | number;
  enabled: boolean;
}>;


export type SetRepositoryEnabledMutation = { setRepositoryEnabled: { repository: { id: string, enabled: boolean } | null, userErrors: Array<{ message: string, field: Array<string> }> } };

export type RemoveRepositoriesMutationVariables = Exact<{
  ids: Array<string | number> | string | number;
}>;


export type RemoveRepositoriesMutation = { removeRepositories: { removedRepositoryIds: Array<string>, userErrors: Array<{ message: string, field: Array<string> }> } };

export type WebhookFragment = { id: string, webhookUrl: string | null } & { ' $fragmentName'?: 'WebhookFragment' };

export type RenewWebhookUrlMutationVariables = Exact<{
  id: string | number;
}>;


export type RenewWebhookUrlMutation = { renewWebhookUrl: { webhookUrl: string | null, userErrors: Array<{ message: string, field: Array<string> }> } };

export type ProvidersQueryVariables = Exact<{ [key: string]: never; }>;


export type ProvidersQuery = { providers: Array<{ provider: RegistryProvider, label: string, inputName: string, defaultHost: string | null, hostExample: string | null, documentationUrl: string, connectionSecurities: Array<ConnectionSecurity>, canDiscover: boolean, hostField: { name: string, label: string, secret: boolean, required: boolean, multiline: boolean, help: string | null } | null, authentications: Array<{ authentication: RegistryAuthentication, label: string, inputPath: Array<string>, fields: Array<{ name: string, label: string, secret: boolean, required: boolean, multiline: boolean, help: string | null }> }> }> };

export type TestRegistryMutationVariables = Exact<{
  input: RegisterRegistryInput;
}>;


export type TestRegistryMutation = { testRegistry: { report: { ' $fragmentRefs'?: { 'ReportStagesFragment': ReportStagesFragment } } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: Array<string> }> } };

export type TestStoredRegistryMutationVariables = Exact<{
  id: string | number;
}>;


export type TestStoredRegistryMutation = { testStoredRegistry: { report: { ' $fragmentRefs'?: { 'ReportStagesFragment': ReportStagesFragment } } | null, userErrors: Array<{ message: string, field: Array<string> }> } };

export type RunningSyncFragment = { id: string, state: SyncState, requestedAt: string, startedAt: string | null, finishedAt: string | null, registry: { id: string, name: string }, progress: { ' $fragmentRefs'?: { 'SyncProgressPartsFragment': SyncProgressPartsFragment } } } & { ' $fragmentName'?: 'RunningSyncFragment' };

export type LatestSyncsQueryVariables = Exact<{ [key: string]: never; }>;


export type LatestSyncsQuery = { syncs: { nodes: Array<(
      { id: string }
      & { ' $fragmentRefs'?: { 'RunningSyncFragment': RunningSyncFragment } }
    )> } };

export type SyncActivitySubscriptionVariables = Exact<{ [key: string]: never; }>;


export type SyncActivitySubscription = { syncActivity: (
    { id: string }
    & { ' $fragmentRefs'?: { 'RunningSyncFragment': RunningSyncFragment } }
  ) };

export type ViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ViewerQuery = { viewer: { name: string, role: Role, canManageRegistries: boolean, canManageTokens: boolean } };

export type ChartCardFragment = { id: string, name: string, description: string | null, icon: string | null, deprecated: boolean, versionCount: number, updatedAt: string, repository: { id: string, name: string }, registry: { id: string, name: string }, latestVersion: { id: string, version: string, appVersion: string | null, type: ChartType, prerelease: boolean } } & { ' $fragmentName'?: 'ChartCardFragment' };

export type StoreFacetsFragment = { registries: Array<{ count: number, registry: { id: string, name: string } }>, keywords: Array<{ value: string, count: number }>, types: Array<{ value: string, count: number }> } & { ' $fragmentName'?: 'StoreFacetsFragment' };

export type StorePageQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  search?: string | null | undefined;
  filter?: ChartFilter | null | undefined;
  orderBy: ChartOrder;
}>;


export type StorePageQuery = { charts: { totalCount: number, facets: { ' $fragmentRefs'?: { 'StoreFacetsFragment': StoreFacetsFragment } }, edges: Array<{ cursor: string, highlight: string | null, node: (
        { id: string }
        & { ' $fragmentRefs'?: { 'ChartCardFragment': ChartCardFragment } }
      ) }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type SyncPageQueryVariables = Exact<{
  id: string | number;
}>;


export type SyncPageQuery = { sync: { id: string, state: SyncState, trigger: SyncTrigger, requestedAt: string, startedAt: string | null, finishedAt: string | null, parkedUntil: string | null, registryRequests: number, registry: { id: string, name: string }, repository: { id: string, name: string } | null, error: { message: string } | null } | null };

export type CancelSyncMutationVariables = Exact<{
  id: string | number;
}>;


export type CancelSyncMutation = { cancelSync: { sync: { id: string, state: SyncState, finishedAt: string | null } | null, userErrors: Array<{ message: string, field: Array<string> }> } };

export type SyncRowFragment = { id: string, state: SyncState, trigger: SyncTrigger, requestedAt: string, parkedUntil: string | null, registry: { id: string, name: string }, repository: { id: string, name: string } | null, error: { message: string } | null, progress: { ' $fragmentRefs'?: { 'SyncProgressPartsFragment': SyncProgressPartsFragment } } } & { ' $fragmentName'?: 'SyncRowFragment' };

export type SyncsQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type SyncsQuery = { syncs: { nodes: Array<(
      { id: string }
      & { ' $fragmentRefs'?: { 'SyncRowFragment': SyncRowFragment } }
    )>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type SyncProgressPartsFragment = { repositoriesTotal: number | null, repositoriesDone: number, versionsTotal: number | null, versionsDone: number, versionsAdded: number, versionsChanged: number, versionsRemoved: number, versionsUnchanged: number, versionsFailed: number, bytesPulled: number } & { ' $fragmentName'?: 'SyncProgressPartsFragment' };

export type SyncEventsSubscriptionVariables = Exact<{
  syncId: string | number;
  after: number;
}>;


export type SyncEventsSubscription = { syncEvents:
    | { __typename: 'ChartVersionRemoved', repository: string, version: string, syncId: string, sequence: number, at: string, progress: { ' $fragmentRefs'?: { 'SyncProgressPartsFragment': SyncProgressPartsFragment } } }
    | { __typename: 'ChartVersionStored', repository: string, version: string, syncId: string, sequence: number, at: string, progress: { ' $fragmentRefs'?: { 'SyncProgressPartsFragment': SyncProgressPartsFragment } } }
    | { __typename: 'RepositoryFinished', repository: string, syncId: string, sequence: number, at: string, repositoryState: RepositoryState, progress: { ' $fragmentRefs'?: { 'SyncProgressPartsFragment': SyncProgressPartsFragment } } }
    | { __typename: 'RepositoryListed', repository: string, tags: number, syncId: string, sequence: number, at: string, progress: { ' $fragmentRefs'?: { 'SyncProgressPartsFragment': SyncProgressPartsFragment } } }
    | { __typename: 'SyncFaulted', syncId: string, sequence: number, at: string, fault: { code: SyncFaultCode, message: string, repository: string | null, tag: string | null, temporary: boolean }, progress: { ' $fragmentRefs'?: { 'SyncProgressPartsFragment': SyncProgressPartsFragment } } }
    | { __typename: 'SyncFinished', state: SyncState, syncId: string, sequence: number, at: string, progress: { ' $fragmentRefs'?: { 'SyncProgressPartsFragment': SyncProgressPartsFragment } } }
    | { __typename: 'SyncStarted', syncId: string, sequence: number, at: string, progress: { ' $fragmentRefs'?: { 'SyncProgressPartsFragment': SyncProgressPartsFragment } } }
   };

export const VersionChangesFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"VersionChanges"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ChartVersion"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"changes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"description"}}]}}]}}]} as unknown as DocumentNode<VersionChangesFragment, unknown>;
export const ReportStagesFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ReportStages"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ConnectionReport"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"stages"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"repository"}},{"kind":"Field","name":{"kind":"Name","value":"milliseconds"}}]}}]}}]} as unknown as DocumentNode<ReportStagesFragment, unknown>;
export const RepositoryRowFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RepositoryRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ChartRepository"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"enabled"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"lastSyncedAt"}},{"kind":"Field","name":{"kind":"Name","value":"versionCount"}},{"kind":"Field","name":{"kind":"Name","value":"lastError"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"skippedTags"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tag"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}},{"kind":"Field","name":{"kind":"Name","value":"chart"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"registry"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]} as unknown as DocumentNode<RepositoryRowFragment, unknown>;
export const WebhookFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Webhook"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Registry"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"webhookUrl"}}]}}]} as unknown as DocumentNode<WebhookFragment, unknown>;
export const SyncProgressPartsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SyncProgressParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"SyncProgress"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"repositoriesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"repositoriesDone"}},{"kind":"Field","name":{"kind":"Name","value":"versionsTotal"}},{"kind":"Field","name":{"kind":"Name","value":"versionsDone"}},{"kind":"Field","name":{"kind":"Name","value":"versionsAdded"}},{"kind":"Field","name":{"kind":"Name","value":"versionsChanged"}},{"kind":"Field","name":{"kind":"Name","value":"versionsRemoved"}},{"kind":"Field","name":{"kind":"Name","value":"versionsUnchanged"}},{"kind":"Field","name":{"kind":"Name","value":"versionsFailed"}},{"kind":"Field","name":{"kind":"Name","value":"bytesPulled"}}]}}]} as unknown as DocumentNode<SyncProgressPartsFragment, unknown>;
export const RunningSyncFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RunningSync"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Sync"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"requestedAt"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"registry"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"progress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"SyncProgressParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SyncProgressParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"SyncProgress"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"repositoriesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"repositoriesDone"}},{"kind":"Field","name":{"kind":"Name","value":"versionsTotal"}},{"kind":"Field","name":{"kind":"Name","value":"versionsDone"}},{"kind":"Field","name":{"kind":"Name","value":"versionsAdded"}},{"kind":"Field","name":{"kind":"Name","value":"versionsChanged"}},{"kind":"Field","name":{"kind":"Name","value":"versionsRemoved"}},{"kind":"Field","name":{"kind":"Name","value":"versionsUnchanged"}},{"kind":"Field","name":{"kind":"Name","value":"versionsFailed"}},{"kind":"Field","name":{"kind":"Name","value":"bytesPulled"}}]}}]} as unknown as DocumentNode<RunningSyncFragment, unknown>;
export const ChartCardFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ChartCard"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Chart"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"icon"}},{"kind":"Field","name":{"kind":"Name","value":"deprecated"}},{"kind":"Field","name":{"kind":"Name","value":"versionCount"}},{"kind":"Field","name":{"kind":"Name","value":"updatedAt"}},{"kind":"Field","name":{"kind":"Name","value":"repository"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"registry"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"latestVersion"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"appVersion"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"prerelease"}}]}}]}}]} as unknown as DocumentNode<ChartCardFragment, unknown>;
export const StoreFacetsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"StoreFacets"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ChartFacets"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"registries"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"count"}},{"kind":"Field","name":{"kind":"Name","value":"registry"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"keywords"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"value"}},{"kind":"Field","name":{"kind":"Name","value":"count"}}]}},{"kind":"Field","name":{"kind":"Name","value":"types"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"value"}},{"kind":"Field","name":{"kind":"Name","value":"count"}}]}}]}}]} as unknown as DocumentNode<StoreFacetsFragment, unknown>;
export const SyncRowFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SyncRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Sync"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"trigger"}},{"kind":"Field","name":{"kind":"Name","value":"requestedAt"}},{"kind":"Field","name":{"kind":"Name","value":"parkedUntil"}},{"kind":"Field","name":{"kind":"Name","value":"registry"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"repository"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"progress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"SyncProgressParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SyncProgressParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"SyncProgress"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"repositoriesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"repositoriesDone"}},{"kind":"Field","name":{"kind":"Name","value":"versionsTotal"}},{"kind":"Field","name":{"kind":"Name","value":"versionsDone"}},{"kind":"Field","name":{"kind":"Name","value":"versionsAdded"}},{"kind":"Field","name":{"kind":"Name","value":"versionsChanged"}},{"kind":"Field","name":{"kind":"Name","value":"versionsRemoved"}},{"kind":"Field","name":{"kind":"Name","value":"versionsUnchanged"}},{"kind":"Field","name":{"kind":"Name","value":"versionsFailed"}},{"kind":"Field","name":{"kind":"Name","value":"bytesPulled"}}]}}]} as unknown as DocumentNode<SyncRowFragment, unknown>;
export const ApiTokensDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ApiTokens"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"apiTokens"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"role"}},{"kind":"Field","name":{"kind":"Name","value":"prefix"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastUsedAt"}}]}}]}}]} as unknown as DocumentNode<ApiTokensQuery, ApiTokensQueryVariables>;
export const CreateApiTokenDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateApiToken"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateApiTokenInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createApiToken"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"apiToken"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"secret"}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]}}]}}]} as unknown as DocumentNode<CreateApiTokenMutation, CreateApiTokenMutationVariables>;
export const RevokeApiTokenDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RevokeApiToken"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"revokeApiToken"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"revokedApiTokenId"}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]}}]}}]} as unknown as DocumentNode<RevokeApiTokenMutation, RevokeApiTokenMutationVariables>;
export const AuditLogDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"AuditLog"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"auditLog"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"25"}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"at"}},{"kind":"Field","name":{"kind":"Name","value":"actor"}},{"kind":"Field","name":{"kind":"Name","value":"action"}},{"kind":"Field","name":{"kind":"Name","value":"subject"}},{"kind":"Field","name":{"kind":"Name","value":"detail"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]} as unknown as DocumentNode<AuditLogQuery, AuditLogQueryVariables>;
export const ChartFactsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ChartFacts"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"chartVersion"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"tag"}},{"kind":"Field","name":{"kind":"Name","value":"digest"}},{"kind":"Field","name":{"kind":"Name","value":"archiveBytes"}},{"kind":"Field","name":{"kind":"Name","value":"appVersion"}},{"kind":"Field","name":{"kind":"Name","value":"apiVersion"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"kubeVersion"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"storedAt"}},{"kind":"Field","name":{"kind":"Name","value":"maintainers"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"url"}}]}},{"kind":"Field","name":{"kind":"Name","value":"digestHistory"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"digest"}},{"kind":"Field","name":{"kind":"Name","value":"firstSeenAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"install"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"helm"}},{"kind":"Field","name":{"kind":"Name","value":"argoCd"}},{"kind":"Field","name":{"kind":"Name","value":"flux"}}]}},{"kind":"Field","name":{"kind":"Name","value":"chart"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"home"}},{"kind":"Field","name":{"kind":"Name","value":"sources"}},{"kind":"Field","name":{"kind":"Name","value":"keywords"}}]}}]}}]}}]} as unknown as DocumentNode<ChartFactsQuery, ChartFactsQueryVariables>;
export const ChartPageDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ChartPage"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"registryName"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"repository"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"version"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"named"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"chartByRepository"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"registryName"},"value":{"kind":"Variable","name":{"kind":"Name","value":"registryName"}}},{"kind":"Argument","name":{"kind":"Name","value":"repository"},"value":{"kind":"Variable","name":{"kind":"Name","value":"repository"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"icon"}},{"kind":"Field","name":{"kind":"Name","value":"deprecated"}},{"kind":"Field","name":{"kind":"Name","value":"versionCount"}},{"kind":"Field","name":{"kind":"Name","value":"registry"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"repository"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"latestVersion"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"prerelease"}},{"kind":"Field","name":{"kind":"Name","value":"deprecated"}},{"kind":"Field","name":{"kind":"Name","value":"removedAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"version"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"version"},"value":{"kind":"Variable","name":{"kind":"Name","value":"version"}}}],"directives":[{"kind":"Directive","name":{"kind":"Name","value":"include"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"if"},"value":{"kind":"Variable","name":{"kind":"Name","value":"named"}}}]}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"prerelease"}},{"kind":"Field","name":{"kind":"Name","value":"deprecated"}},{"kind":"Field","name":{"kind":"Name","value":"removedAt"}}]}}]}}]}}]} as unknown as DocumentNode<ChartPageQuery, ChartPageQueryVariables>;
export const CheckDefaultsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"CheckDefaults"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"chartVersion"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"values"}}]}}]}}]} as unknown as DocumentNode<CheckDefaultsQuery, CheckDefaultsQueryVariables>;
export const CheckValuesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"CheckValues"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"values"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"validateValues"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"chartVersionId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}},{"kind":"Argument","name":{"kind":"Name","value":"values"},"value":{"kind":"Variable","name":{"kind":"Name","value":"values"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"valid"}},{"kind":"Field","name":{"kind":"Name","value":"hasSchema"}},{"kind":"Field","name":{"kind":"Name","value":"problems"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"pointer"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<CheckValuesQuery, CheckValuesQueryVariables>;
export const ChartDependenciesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ChartDependencies"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"chartVersion"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"dependencies"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"repository"}},{"kind":"Field","name":{"kind":"Name","value":"alias"}},{"kind":"Field","name":{"kind":"Name","value":"condition"}},{"kind":"Field","name":{"kind":"Name","value":"resolvesTo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"registry"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"repository"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]}}]}}]}}]} as unknown as DocumentNode<ChartDependenciesQuery, ChartDependenciesQueryVariables>;
export const DiffSidesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"DiffSides"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"from"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"fromNamed"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"to"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"below"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"chart"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"versionCount"}},{"kind":"Field","alias":{"kind":"Name","value":"to"},"name":{"kind":"Name","value":"version"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"version"},"value":{"kind":"Variable","name":{"kind":"Name","value":"to"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}}]}},{"kind":"Field","alias":{"kind":"Name","value":"from"},"name":{"kind":"Name","value":"version"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"version"},"value":{"kind":"Variable","name":{"kind":"Name","value":"from"}}}],"directives":[{"kind":"Directive","name":{"kind":"Name","value":"include"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"if"},"value":{"kind":"Variable","name":{"kind":"Name","value":"fromNamed"}}}]}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}}]}},{"kind":"Field","name":{"kind":"Name","value":"versions"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"1"}},{"kind":"Argument","name":{"kind":"Name","value":"constraint"},"value":{"kind":"Variable","name":{"kind":"Name","value":"below"}}},{"kind":"Argument","name":{"kind":"Name","value":"includeRemoved"},"value":{"kind":"BooleanValue","value":true}}],"directives":[{"kind":"Directive","name":{"kind":"Name","value":"skip"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"if"},"value":{"kind":"Variable","name":{"kind":"Name","value":"fromNamed"}}}]}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}}]}}]}}]}}]}}]} as unknown as DocumentNode<DiffSidesQuery, DiffSidesQueryVariables>;
export const ChartDiffDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ChartDiff"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"from"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"to"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"chartVersionDiff"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"from"},"value":{"kind":"Variable","name":{"kind":"Name","value":"from"}}},{"kind":"Argument","name":{"kind":"Name","value":"to"},"value":{"kind":"Variable","name":{"kind":"Name","value":"to"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"breaking"}},{"kind":"Field","name":{"kind":"Name","value":"leftOut"}},{"kind":"Field","name":{"kind":"Name","value":"values"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"before"}},{"kind":"Field","name":{"kind":"Name","value":"after"}}]}},{"kind":"Field","name":{"kind":"Name","value":"chartYaml"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"before"}},{"kind":"Field","name":{"kind":"Name","value":"after"}}]}},{"kind":"Field","name":{"kind":"Name","value":"schema"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"before"}},{"kind":"Field","name":{"kind":"Name","value":"after"}}]}},{"kind":"Field","name":{"kind":"Name","value":"files"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"unifiedDiff"}}]}}]}}]}}]} as unknown as DocumentNode<ChartDiffQuery, ChartDiffQueryVariables>;
export const ChartFilesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ChartFiles"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"chartVersion"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"files"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"bytes"}}]}}]}}]}}]} as unknown as DocumentNode<ChartFilesQuery, ChartFilesQueryVariables>;
export const ChartFileTextDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ChartFileText"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"path"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"chartVersion"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"file"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"path"},"value":{"kind":"Variable","name":{"kind":"Name","value":"path"}}}]}]}}]}}]} as unknown as DocumentNode<ChartFileTextQuery, ChartFileTextQueryVariables>;
export const ChartImagesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ChartImages"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"chartVersion"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"images"}}]}}]}}]} as unknown as DocumentNode<ChartImagesQuery, ChartImagesQueryVariables>;
export const ChartReadmeDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ChartReadme"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"chartVersion"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"notes"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"VersionChanges"}},{"kind":"Field","name":{"kind":"Name","value":"readme"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"html"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"VersionChanges"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ChartVersion"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"changes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"description"}}]}}]}}]} as unknown as DocumentNode<ChartReadmeQuery, ChartReadmeQueryVariables>;
export const ChartSchemaDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ChartSchema"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"chartVersion"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"valuesSchema"}}]}}]}}]} as unknown as DocumentNode<ChartSchemaQuery, ChartSchemaQueryVariables>;
export const ChartSignatureDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ChartSignature"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"chartVersion"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"signature"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasProvenance"}},{"kind":"Field","name":{"kind":"Name","value":"hasSignature"}},{"kind":"Field","name":{"kind":"Name","value":"verification"}},{"kind":"Field","name":{"kind":"Name","value":"signedBy"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<ChartSignatureQuery, ChartSignatureQueryVariables>;
export const ChartValuesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ChartValues"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"chartVersion"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"values"}}]}}]}}]} as unknown as DocumentNode<ChartValuesQuery, ChartValuesQueryVariables>;
export const VersionMatchesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"VersionMatches"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"constraint"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"chart"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"versions"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"constraint"},"value":{"kind":"Variable","name":{"kind":"Name","value":"constraint"}}},{"kind":"Argument","name":{"kind":"Name","value":"includeRemoved"},"value":{"kind":"BooleanValue","value":true}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"storedAt"}},{"kind":"Field","name":{"kind":"Name","value":"removedAt"}}]}}]}}]}}]}}]} as unknown as DocumentNode<VersionMatchesQuery, VersionMatchesQueryVariables>;
export const ChartVersionsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ChartVersions"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"constraint"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"includePrereleases"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"includeRemoved"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"chart"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"versions"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"constraint"},"value":{"kind":"Variable","name":{"kind":"Name","value":"constraint"}}},{"kind":"Argument","name":{"kind":"Name","value":"includePrereleases"},"value":{"kind":"Variable","name":{"kind":"Name","value":"includePrereleases"}}},{"kind":"Argument","name":{"kind":"Name","value":"includeRemoved"},"value":{"kind":"Variable","name":{"kind":"Name","value":"includeRemoved"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"appVersion"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"storedAt"}},{"kind":"Field","name":{"kind":"Name","value":"removedAt"}},{"kind":"Field","name":{"kind":"Name","value":"prerelease"}},{"kind":"Field","name":{"kind":"Name","value":"deprecated"}},{"kind":"Field","name":{"kind":"Name","value":"archiveBytes"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]}}]} as unknown as DocumentNode<ChartVersionsQuery, ChartVersionsQueryVariables>;
export const RegisterRegistryDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RegisterRegistry"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RegisterRegistryInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"registerRegistry"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"registry"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"sync"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]}}]}}]} as unknown as DocumentNode<RegisterRegistryMutation, RegisterRegistryMutationVariables>;
export const DiscoverRepositoriesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"DiscoverRepositories"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"registryId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"search"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"discoverRepositories"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"registryId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"registryId"}}},{"kind":"Argument","name":{"kind":"Name","value":"search"},"value":{"kind":"Variable","name":{"kind":"Name","value":"search"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"holdsCharts"}},{"kind":"Field","name":{"kind":"Name","value":"alreadyAdded"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]} as unknown as DocumentNode<DiscoverRepositoriesQuery, DiscoverRepositoriesQueryVariables>;
export const EditRegistryDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"EditRegistry"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"registry"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"host"}},{"kind":"Field","name":{"kind":"Name","value":"authentication"}},{"kind":"Field","name":{"kind":"Name","value":"connectionSecurity"}},{"kind":"Field","name":{"kind":"Name","value":"useAsChartRepository"}},{"kind":"Field","name":{"kind":"Name","value":"syncIntervalSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"versionConstraint"}},{"kind":"Field","name":{"kind":"Name","value":"versionsKept"}}]}}]}}]} as unknown as DocumentNode<EditRegistryQuery, EditRegistryQueryVariables>;
export const UpdateRegistryDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UpdateRegistry"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UpdateRegistryInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"updateRegistry"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"registry"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"host"}},{"kind":"Field","name":{"kind":"Name","value":"visibility"}},{"kind":"Field","name":{"kind":"Name","value":"authentication"}},{"kind":"Field","name":{"kind":"Name","value":"username"}},{"kind":"Field","name":{"kind":"Name","value":"connectionSecurity"}},{"kind":"Field","name":{"kind":"Name","value":"useAsChartRepository"}},{"kind":"Field","name":{"kind":"Name","value":"syncIntervalSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"versionConstraint"}},{"kind":"Field","name":{"kind":"Name","value":"versionsKept"}},{"kind":"Field","name":{"kind":"Name","value":"nextSyncAt"}},{"kind":"Field","name":{"kind":"Name","value":"updatedAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]}}]}}]} as unknown as DocumentNode<UpdateRegistryMutation, UpdateRegistryMutationVariables>;
export const RegistriesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Registries"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"RegistryFilter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"registries"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"20"}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"host"}},{"kind":"Field","name":{"kind":"Name","value":"visibility"}},{"kind":"Field","name":{"kind":"Name","value":"connectionSecurity"}},{"kind":"Field","name":{"kind":"Name","value":"useAsChartRepository"}},{"kind":"Field","name":{"kind":"Name","value":"nextSyncAt"}},{"kind":"Field","name":{"kind":"Name","value":"charts"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"1"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}}]}},{"kind":"Field","name":{"kind":"Name","value":"repositories"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"1"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}}]}},{"kind":"Field","name":{"kind":"Name","value":"lastSync"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"requestedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]} as unknown as DocumentNode<RegistriesQuery, RegistriesQueryVariables>;
export const RegistryPageDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"RegistryPage"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"registry"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"host"}},{"kind":"Field","name":{"kind":"Name","value":"visibility"}},{"kind":"Field","name":{"kind":"Name","value":"authentication"}},{"kind":"Field","name":{"kind":"Name","value":"username"}},{"kind":"Field","name":{"kind":"Name","value":"connectionSecurity"}},{"kind":"Field","name":{"kind":"Name","value":"useAsChartRepository"}},{"kind":"Field","name":{"kind":"Name","value":"syncIntervalSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"versionConstraint"}},{"kind":"Field","name":{"kind":"Name","value":"versionsKept"}},{"kind":"Field","name":{"kind":"Name","value":"nextSyncAt"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"Webhook"}},{"kind":"Field","name":{"kind":"Name","value":"caCertificate"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"subject"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"syncs"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"5"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"SyncRow"}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SyncProgressParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"SyncProgress"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"repositoriesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"repositoriesDone"}},{"kind":"Field","name":{"kind":"Name","value":"versionsTotal"}},{"kind":"Field","name":{"kind":"Name","value":"versionsDone"}},{"kind":"Field","name":{"kind":"Name","value":"versionsAdded"}},{"kind":"Field","name":{"kind":"Name","value":"versionsChanged"}},{"kind":"Field","name":{"kind":"Name","value":"versionsRemoved"}},{"kind":"Field","name":{"kind":"Name","value":"versionsUnchanged"}},{"kind":"Field","name":{"kind":"Name","value":"versionsFailed"}},{"kind":"Field","name":{"kind":"Name","value":"bytesPulled"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Webhook"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Registry"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"webhookUrl"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SyncRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Sync"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"trigger"}},{"kind":"Field","name":{"kind":"Name","value":"requestedAt"}},{"kind":"Field","name":{"kind":"Name","value":"parkedUntil"}},{"kind":"Field","name":{"kind":"Name","value":"registry"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"repository"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"progress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"SyncProgressParts"}}]}}]}}]} as unknown as DocumentNode<RegistryPageQuery, RegistryPageQueryVariables>;
export const StartSyncDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"StartSync"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"registryId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"startSync"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"registryId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"registryId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"sync"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"state"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]}}]}}]} as unknown as DocumentNode<StartSyncMutation, StartSyncMutationVariables>;
export const DeleteRegistryDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DeleteRegistry"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deleteRegistry"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deletedRegistryId"}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]}}]}}]} as unknown as DocumentNode<DeleteRegistryMutation, DeleteRegistryMutationVariables>;
export const RegistryRepositoriesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"RegistryRepositories"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"registry"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"repositories"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"50"}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"RepositoryRow"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RepositoryRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ChartRepository"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"enabled"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"lastSyncedAt"}},{"kind":"Field","name":{"kind":"Name","value":"versionCount"}},{"kind":"Field","name":{"kind":"Name","value":"lastError"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"skippedTags"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tag"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}},{"kind":"Field","name":{"kind":"Name","value":"chart"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"registry"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]} as unknown as DocumentNode<RegistryRepositoriesQuery, RegistryRepositoriesQueryVariables>;
export const AddRepositoriesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"AddRepositories"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"registryId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"names"}},"type":{"kind":"NonNullType","type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"addRepositories"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"registryId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"registryId"}}},{"kind":"Argument","name":{"kind":"Name","value":"names"},"value":{"kind":"Variable","name":{"kind":"Name","value":"names"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"repositories"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]}}]}}]} as unknown as DocumentNode<AddRepositoriesMutation, AddRepositoriesMutationVariables>;
export const SetRepositoryEnabledDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SetRepositoryEnabled"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"enabled"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"setRepositoryEnabled"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}},{"kind":"Argument","name":{"kind":"Name","value":"enabled"},"value":{"kind":"Variable","name":{"kind":"Name","value":"enabled"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"repository"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"enabled"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]}}]}}]} as unknown as DocumentNode<SetRepositoryEnabledMutation, SetRepositoryEnabledMutationVariables>;
export const RemoveRepositoriesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RemoveRepositories"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"ids"}},"type":{"kind":"NonNullType","type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"removeRepositories"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"ids"},"value":{"kind":"Variable","name":{"kind":"Name","value":"ids"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"removedRepositoryIds"}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]}}]}}]} as unknown as DocumentNode<RemoveRepositoriesMutation, RemoveRepositoriesMutationVariables>;
export const RenewWebhookUrlDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RenewWebhookUrl"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"renewWebhookUrl"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"webhookUrl"}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]}}]}}]} as unknown as DocumentNode<RenewWebhookUrlMutation, RenewWebhookUrlMutationVariables>;
export const ProvidersDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Providers"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"providers"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"label"}},{"kind":"Field","name":{"kind":"Name","value":"inputName"}},{"kind":"Field","name":{"kind":"Name","value":"defaultHost"}},{"kind":"Field","name":{"kind":"Name","value":"hostExample"}},{"kind":"Field","name":{"kind":"Name","value":"documentationUrl"}},{"kind":"Field","name":{"kind":"Name","value":"connectionSecurities"}},{"kind":"Field","name":{"kind":"Name","value":"canDiscover"}},{"kind":"Field","name":{"kind":"Name","value":"hostField"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"label"}},{"kind":"Field","name":{"kind":"Name","value":"secret"}},{"kind":"Field","name":{"kind":"Name","value":"required"}},{"kind":"Field","name":{"kind":"Name","value":"multiline"}},{"kind":"Field","name":{"kind":"Name","value":"help"}}]}},{"kind":"Field","name":{"kind":"Name","value":"authentications"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"authentication"}},{"kind":"Field","name":{"kind":"Name","value":"label"}},{"kind":"Field","name":{"kind":"Name","value":"inputPath"}},{"kind":"Field","name":{"kind":"Name","value":"fields"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"label"}},{"kind":"Field","name":{"kind":"Name","value":"secret"}},{"kind":"Field","name":{"kind":"Name","value":"required"}},{"kind":"Field","name":{"kind":"Name","value":"multiline"}},{"kind":"Field","name":{"kind":"Name","value":"help"}}]}}]}}]}}]}}]} as unknown as DocumentNode<ProvidersQuery, ProvidersQueryVariables>;
export const TestRegistryDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"TestRegistry"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RegisterRegistryInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"testRegistry"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"report"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ReportStages"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ReportStages"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ConnectionReport"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"stages"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"repository"}},{"kind":"Field","name":{"kind":"Name","value":"milliseconds"}}]}}]}}]} as unknown as DocumentNode<TestRegistryMutation, TestRegistryMutationVariables>;
export const TestStoredRegistryDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"TestStoredRegistry"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"testStoredRegistry"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"report"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ReportStages"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ReportStages"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ConnectionReport"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"stages"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"repository"}},{"kind":"Field","name":{"kind":"Name","value":"milliseconds"}}]}}]}}]} as unknown as DocumentNode<TestStoredRegistryMutation, TestStoredRegistryMutationVariables>;
export const LatestSyncsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"LatestSyncs"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"syncs"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"20"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"RunningSync"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SyncProgressParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"SyncProgress"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"repositoriesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"repositoriesDone"}},{"kind":"Field","name":{"kind":"Name","value":"versionsTotal"}},{"kind":"Field","name":{"kind":"Name","value":"versionsDone"}},{"kind":"Field","name":{"kind":"Name","value":"versionsAdded"}},{"kind":"Field","name":{"kind":"Name","value":"versionsChanged"}},{"kind":"Field","name":{"kind":"Name","value":"versionsRemoved"}},{"kind":"Field","name":{"kind":"Name","value":"versionsUnchanged"}},{"kind":"Field","name":{"kind":"Name","value":"versionsFailed"}},{"kind":"Field","name":{"kind":"Name","value":"bytesPulled"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RunningSync"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Sync"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"requestedAt"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"registry"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"progress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"SyncProgressParts"}}]}}]}}]} as unknown as DocumentNode<LatestSyncsQuery, LatestSyncsQueryVariables>;
export const SyncActivityDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"SyncActivity"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"syncActivity"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"RunningSync"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SyncProgressParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"SyncProgress"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"repositoriesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"repositoriesDone"}},{"kind":"Field","name":{"kind":"Name","value":"versionsTotal"}},{"kind":"Field","name":{"kind":"Name","value":"versionsDone"}},{"kind":"Field","name":{"kind":"Name","value":"versionsAdded"}},{"kind":"Field","name":{"kind":"Name","value":"versionsChanged"}},{"kind":"Field","name":{"kind":"Name","value":"versionsRemoved"}},{"kind":"Field","name":{"kind":"Name","value":"versionsUnchanged"}},{"kind":"Field","name":{"kind":"Name","value":"versionsFailed"}},{"kind":"Field","name":{"kind":"Name","value":"bytesPulled"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RunningSync"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Sync"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"requestedAt"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"registry"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"progress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"SyncProgressParts"}}]}}]}}]} as unknown as DocumentNode<SyncActivitySubscription, SyncActivitySubscriptionVariables>;
export const ViewerDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Viewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"viewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"role"}},{"kind":"Field","name":{"kind":"Name","value":"canManageRegistries"}},{"kind":"Field","name":{"kind":"Name","value":"canManageTokens"}}]}}]}}]} as unknown as DocumentNode<ViewerQuery, ViewerQueryVariables>;
export const StorePageDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"StorePage"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"search"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ChartFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"orderBy"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ChartOrder"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"charts"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"search"},"value":{"kind":"Variable","name":{"kind":"Name","value":"search"}}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"orderBy"},"value":{"kind":"Variable","name":{"kind":"Name","value":"orderBy"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"facets"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"StoreFacets"}}]}},{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"highlight"}},{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"ChartCard"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"StoreFacets"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ChartFacets"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"registries"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"count"}},{"kind":"Field","name":{"kind":"Name","value":"registry"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"keywords"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"value"}},{"kind":"Field","name":{"kind":"Name","value":"count"}}]}},{"kind":"Field","name":{"kind":"Name","value":"types"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"value"}},{"kind":"Field","name":{"kind":"Name","value":"count"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ChartCard"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Chart"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"icon"}},{"kind":"Field","name":{"kind":"Name","value":"deprecated"}},{"kind":"Field","name":{"kind":"Name","value":"versionCount"}},{"kind":"Field","name":{"kind":"Name","value":"updatedAt"}},{"kind":"Field","name":{"kind":"Name","value":"repository"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"registry"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"latestVersion"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"appVersion"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"prerelease"}}]}}]}}]} as unknown as DocumentNode<StorePageQuery, StorePageQueryVariables>;
export const SyncPageDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"SyncPage"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"sync"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"trigger"}},{"kind":"Field","name":{"kind":"Name","value":"requestedAt"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"parkedUntil"}},{"kind":"Field","name":{"kind":"Name","value":"registryRequests"}},{"kind":"Field","name":{"kind":"Name","value":"registry"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"repository"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<SyncPageQuery, SyncPageQueryVariables>;
export const CancelSyncDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CancelSync"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cancelSync"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"sync"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]}}]}}]} as unknown as DocumentNode<CancelSyncMutation, CancelSyncMutationVariables>;
export const SyncsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Syncs"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"syncs"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"25"}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"SyncRow"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SyncProgressParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"SyncProgress"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"repositoriesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"repositoriesDone"}},{"kind":"Field","name":{"kind":"Name","value":"versionsTotal"}},{"kind":"Field","name":{"kind":"Name","value":"versionsDone"}},{"kind":"Field","name":{"kind":"Name","value":"versionsAdded"}},{"kind":"Field","name":{"kind":"Name","value":"versionsChanged"}},{"kind":"Field","name":{"kind":"Name","value":"versionsRemoved"}},{"kind":"Field","name":{"kind":"Name","value":"versionsUnchanged"}},{"kind":"Field","name":{"kind":"Name","value":"versionsFailed"}},{"kind":"Field","name":{"kind":"Name","value":"bytesPulled"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SyncRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Sync"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"trigger"}},{"kind":"Field","name":{"kind":"Name","value":"requestedAt"}},{"kind":"Field","name":{"kind":"Name","value":"parkedUntil"}},{"kind":"Field","name":{"kind":"Name","value":"registry"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"repository"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"progress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"SyncProgressParts"}}]}}]}}]} as unknown as DocumentNode<SyncsQuery, SyncsQueryVariables>;
export const SyncEventsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"SyncEvents"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"syncId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"syncEvents"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"syncId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"syncId"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"syncId"}},{"kind":"Field","name":{"kind":"Name","value":"sequence"}},{"kind":"Field","name":{"kind":"Name","value":"at"}},{"kind":"Field","name":{"kind":"Name","value":"progress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"SyncProgressParts"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"RepositoryListed"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"repository"}},{"kind":"Field","name":{"kind":"Name","value":"tags"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ChartVersionStored"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"repository"}},{"kind":"Field","name":{"kind":"Name","value":"version"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ChartVersionRemoved"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"repository"}},{"kind":"Field","name":{"kind":"Name","value":"version"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"SyncFaulted"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"fault"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"repository"}},{"kind":"Field","name":{"kind":"Name","value":"tag"}},{"kind":"Field","name":{"kind":"Name","value":"temporary"}}]}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"RepositoryFinished"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"repository"}},{"kind":"Field","alias":{"kind":"Name","value":"repositoryState"},"name":{"kind":"Name","value":"state"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"SyncFinished"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SyncProgressParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"SyncProgress"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"repositoriesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"repositoriesDone"}},{"kind":"Field","name":{"kind":"Name","value":"versionsTotal"}},{"kind":"Field","name":{"kind":"Name","value":"versionsDone"}},{"kind":"Field","name":{"kind":"Name","value":"versionsAdded"}},{"kind":"Field","name":{"kind":"Name","value":"versionsChanged"}},{"kind":"Field","name":{"kind":"Name","value":"versionsRemoved"}},{"kind":"Field","name":{"kind":"Name","value":"versionsUnchanged"}},{"kind":"Field","name":{"kind":"Name","value":"versionsFailed"}},{"kind":"Field","name":{"kind":"Name","value":"bytesPulled"}}]}}]} as unknown as DocumentNode<SyncEventsSubscription, SyncEventsSubscriptionVariables>;