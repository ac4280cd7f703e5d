/* eslint-disable */
import * as types from './graphql';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "\n  query ChartFacts($id: ID!) {\n    chartVersion(id: $id) {\n      id\n      tag\n      digest\n      archiveBytes\n      appVersion\n      apiVersion\n      type\n      kubeVersion\n      createdAt\n      storedAt\n      maintainers {\n        name\n        email\n        url\n      }\n      digestHistory {\n        digest\n        firstSeenAt\n      }\n      install {\n        helm\n        argoCd\n        flux\n      }\n      chart {\n        id\n        home\n        sources\n        keywords\n      }\n    }\n  }\n": typeof types.ChartFactsDocument,
    "\n  query ChartPage($registryName: String!, $repository: String!, $constraint: String) {\n    chartByRepository(registryName: $registryName, repository: $repository) {\n      id\n      name\n      description\n      icon\n      deprecated\n      versionCount\n      registry {\n        id\n        name\n      }\n      repository {\n        id\n        name\n      }\n      latestVersion {\n        id\n        version\n        prerelease\n        deprecated\n        removedAt\n      }\n      versions(first: 100, constraint: $constraint, includeRemoved: true) {\n        nodes {\n          id\n          version\n          prerelease\n          deprecated\n          removedAt\n        }\n      }\n    }\n  }\n": typeof types.ChartPageDocument,
    "\n  query ChartDependencies($id: ID!) {\n    chartVersion(id: $id) {\n      id\n      dependencies {\n        name\n        version\n        repository\n        alias\n        condition\n        resolvesTo {\n          id\n          name\n          registry {\n            id\n            name\n          }\n          repository {\n            id\n            name\n          }\n        }\n      }\n    }\n  }\n": typeof types.ChartDependenciesDocument,
    "\n  query ChartFiles($id: ID!) {\n    chartVersion(id: $id) {\n      id\n      files {\n        path\n        bytes\n      }\n    }\n  }\n": typeof types.ChartFilesDocument,
    "\n  query ChartFileText($id: ID!, $path: String!) {\n    chartVersion(id: $id) {\n      id\n      file(path: $path)\n    }\n  }\n": typeof types.ChartFileTextDocument,
    "\n  query ChartReadme($id: ID!) {\n    chartVersion(id: $id) {\n      id\n      notes\n      readme {\n        html\n      }\n    }\n  }\n": typeof types.ChartReadmeDocument,
    "\n  query ChartSchema($id: ID!) {\n    chartVersion(id: $id) {\n      id\n      valuesSchema\n    }\n  }\n": typeof types.ChartSchemaDocument,
    "\n  query ChartValues($id: ID!) {\n    chartVersion(id: $id) {\n      id\n      values\n    }\n  }\n": typeof types.ChartValuesDocument,
    "\n  query ChartVersions(\n    $id: ID!\n    $first: Int!\n    $constraint: String\n    $includePrereleases: Boolean!\n    $includeRemoved: Boolean!\n  ) {\n    chart(id: $id) {\n      id\n      versions(\n        first: $first\n        constraint: $constraint\n        includePrereleases: $includePrereleases\n        includeRemoved: $includeRemoved\n      ) {\n        totalCount\n        nodes {\n          id\n          version\n          appVersion\n          createdAt\n          storedAt\n          removedAt\n          prerelease\n          deprecated\n          archiveBytes\n        }\n      }\n    }\n  }\n": typeof types.ChartVersionsDocument,
    "\n  fragment RunningSync on Sync {\n    id\n    state\n    requestedAt\n    startedAt\n    finishedAt\n    registry {\n      id\n      name\n    }\n    progress {\n      repositoriesTotal\n      repositoriesDone\n      versionsTotal\n      versionsDone\n      versionsAdded\n      versionsChanged\n      versionsRemoved\n      versionsUnchanged\n      versionsFailed\n      bytesPulled\n    }\n  }\n": typeof types.RunningSyncFragmentDoc,
    "\n  query LatestSyncs {\n    syncs(first: 20) {\n      nodes {\n        id\n        ...RunningSync\n      }\n    }\n  }\n": typeof types.LatestSyncsDocument,
    "\n  subscription SyncActivity {\n    syncActivity {\n      id\n      ...RunningSync\n    }\n  }\n": typeof types.SyncActivityDocument,
    "\n  query Viewer {\n    viewer {\n      name\n      role\n      canManageRegistries\n      canManageTokens\n    }\n  }\n": typeof types.ViewerDocument,
    "\n  fragment ChartCard on Chart {\n    id\n    name\n    description\n    icon\n    deprecated\n    versionCount\n    updatedAt\n    repository {\n      id\n      name\n    }\n    registry {\n      id\n      name\n    }\n    latestVersion {\n      id\n      version\n      appVersion\n      type\n      prerelease\n    }\n  }\n": typeof types.ChartCardFragmentDoc,
    "\n  query StorePage($first: Int!, $after: String, $search: String, $filter: ChartFilter, $orderBy: ChartOrder!) {\n    charts(first: $first, after: $after, search: $search, filter: $filter, orderBy: $orderBy) {\n      totalCount\n      edges {\n        cursor\n        highlight\n        node {\n          id\n          ...ChartCard\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n": typeof types.StorePageDocument,
};
const documents: Documents = {
    "\n  query ChartFacts($id: ID!) {\n    chartVersion(id: $id) {\n      id\n      tag\n      digest\n      archiveBytes\n      appVersion\n      apiVersion\n      type\n      kubeVersion\n      createdAt\n      storedAt\n      maintainers {\n        name\n        email\n        url\n      }\n      digestHistory {\n        digest\n        firstSeenAt\n      }\n      install {\n        helm\n        argoCd\n        flux\n      }\n      chart {\n        id\n        home\n        sources\n        keywords\n      }\n    }\n  }\n": types.ChartFactsDocument,
    "\n  query ChartPage($registryName: String!, $repository: String!, $constraint: String) {\n    chartByRepository(registryName: $registryName, repository: $repository) {\n      id\n      name\n      description\n      icon\n      deprecated\n      versionCount\n      registry {\n        id\n        name\n      }\n      repository {\n        id\n        name\n      }\n      latestVersion {\n        id\n        version\n        prerelease\n        deprecated\n        removedAt\n      }\n      versions(first: 100, constraint: $constraint, includeRemoved: true) {\n        nodes {\n          id\n          version\n          prerelease\n          deprecated\n          removedAt\n        }\n      }\n    }\n  }\n": types.ChartPageDocument,
    "\n  query ChartDependencies($id: ID!) {\n    chartVersion(id: $id) {\n      id\n      dependencies {\n        name\n        version\n        repository\n        alias\n        condition\n        resolvesTo {\n          id\n          name\n          registry {\n            id\n            name\n          }\n          repository {\n            id\n            name\n          }\n        }\n      }\n    }\n  }\n": types.ChartDependenciesDocument,
    "\n  query ChartFiles($id: ID!) {\n    chartVersion(id: $id) {\n      id\n      files {\n        path\n        bytes\n      }\n    }\n  }\n": types.ChartFilesDocument,
    "\n  query ChartFileText($id: ID!, $path: String!) {\n    chartVersion(id: $id) {\n      id\n      file(path: $path)\n    }\n  }\n": types.ChartFileTextDocument,
    "\n  query ChartReadme($id: ID!) {\n    chartVersion(id: $id) {\n      id\n      notes\n      readme {\n        html\n      }\n    }\n  }\n": types.ChartReadmeDocument,
    "\n  query ChartSchema($id: ID!) {\n    chartVersion(id: $id) {\n      id\n      valuesSchema\n    }\n  }\n": types.ChartSchemaDocument,
    "\n  query ChartValues($id: ID!) {\n    chartVersion(id: $id) {\n      id\n      values\n    }\n  }\n": types.ChartValuesDocument,
    "\n  query ChartVersions(\n    $id: ID!\n    $first: Int!\n    $constraint: String\n    $includePrereleases: Boolean!\n    $includeRemoved: Boolean!\n  ) {\n    chart(id: $id) {\n      id\n      versions(\n        first: $first\n        constraint: $constraint\n        includePrereleases: $includePrereleases\n        includeRemoved: $includeRemoved\n      ) {\n        totalCount\n        nodes {\n          id\n          version\n          appVersion\n          createdAt\n          storedAt\n          removedAt\n          prerelease\n          deprecated\n          archiveBytes\n        }\n      }\n    }\n  }\n": types.ChartVersionsDocument,
    "\n  fragment RunningSync on Sync {\n    id\n    state\n    requestedAt\n    startedAt\n    finishedAt\n    registry {\n      id\n      name\n    }\n    progress {\n      repositoriesTotal\n      repositoriesDone\n      versionsTotal\n      versionsDone\n      versionsAdded\n      versionsChanged\n      versionsRemoved\n      versionsUnchanged\n      versionsFailed\n      bytesPulled\n    }\n  }\n": types.RunningSyncFragmentDoc,
    "\n  query LatestSyncs {\n    syncs(first: 20) {\n      nodes {\n        id\n        ...RunningSync\n      }\n    }\n  }\n": types.LatestSyncsDocument,
    "\n  subscription SyncActivity {\n    syncActivity {\n      id\n      ...RunningSync\n    }\n  }\n": types.SyncActivityDocument,
    "\n  query Viewer {\n    viewer {\n      name\n      role\n      canManageRegistries\n      canManageTokens\n    }\n  }\n": types.ViewerDocument,
    "\n  fragment ChartCard on Chart {\n    id\n    name\n    description\n    icon\n    deprecated\n    versionCount\n    updatedAt\n    repository {\n      id\n      name\n    }\n    registry {\n      id\n      name\n    }\n    latestVersion {\n      id\n      version\n      appVersion\n      type\n      prerelease\n    }\n  }\n": types.ChartCardFragmentDoc,
    "\n  query StorePage($first: Int!, $after: String, $search: String, $filter: ChartFilter, $orderBy: ChartOrder!) {\n    charts(first: $first, after: $after, search: $search, filter: $filter, orderBy: $orderBy) {\n      totalCount\n      edges {\n        cursor\n        highlight\n        node {\n          id\n          ...ChartCard\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n": types.StorePageDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ChartFacts($id: ID!) {\n    chartVersion(id: $id) {\n      id\n      tag\n      digest\n      archiveBytes\n      appVersion\n      apiVersion\n      type\n      kubeVersion\n      createdAt\n      storedAt\n      maintainers {\n        name\n        email\n        url\n      }\n      digestHistory {\n        digest\n        firstSeenAt\n      }\n      install {\n        helm\n        argoCd\n        flux\n      }\n      chart {\n        id\n        home\n        sources\n        keywords\n      }\n    }\n  }\n"): (typeof documents)["\n  query ChartFacts($id: ID!) {\n    chartVersion(id: $id) {\n      id\n      tag\n      digest\n      archiveBytes\n      appVersion\n      apiVersion\n      type\n      kubeVersion\n      createdAt\n      storedAt\n      maintainers {\n        name\n        email\n        url\n      }\n      digestHistory {\n        digest\n        firstSeenAt\n      }\n      install {\n        helm\n        argoCd\n        flux\n      }\n      chart {\n        id\n        home\n        sources\n        keywords\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ChartPage($registryName: String!, $repository: String!, $constraint: String) {\n    chartByRepository(registryName: $registryName, repository: $repository) {\n      id\n      name\n      description\n      icon\n      deprecated\n      versionCount\n      registry {\n        id\n        name\n      }\n      repository {\n        id\n        name\n      }\n      latestVersion {\n        id\n        version\n        prerelease\n        deprecated\n        removedAt\n      }\n      versions(first: 100, constraint: $constraint, includeRemoved: true) {\n        nodes {\n          id\n          version\n          prerelease\n          deprecated\n          removedAt\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query ChartPage($registryName: String!, $repository: String!, $constraint: String) {\n    chartByRepository(registryName: $registryName, repository: $repository) {\n      id\n      name\n      description\n      icon\n      deprecated\n      versionCount\n      registry {\n        id\n        name\n      }\n      repository {\n        id\n        name\n      }\n      latestVersion {\n        id\n        version\n        prerelease\n        deprecated\n        removedAt\n      }\n      versions(first: 100, constraint: $constraint, includeRemoved: true) {\n        nodes {\n          id\n          version\n          prerelease\n          deprecated\n          removedAt\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ChartDependencies($id: ID!) {\n    chartVersion(id: $id) {\n      id\n      dependencies {\n        name\n        version\n        repository\n        alias\n        condition\n        resolvesTo {\n          id\n          name\n          registry {\n            id\n            name\n          }\n          repository {\n            id\n            name\n          }\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query ChartDependencies($id: ID!) {\n    chartVersion(id: $id) {\n      id\n      dependencies {\n        name\n        version\n        repository\n        alias\n        condition\n        resolvesTo {\n          id\n          name\n          registry {\n            id\n            name\n          }\n          repository {\n            id\n            name\n          }\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ChartFiles($id: ID!) {\n    chartVersion(id: $id) {\n      id\n      files {\n        path\n        bytes\n      }\n    }\n  }\n"): (typeof documents)["\n  query ChartFiles($id: ID!) {\n    chartVersion(id: $id) {\n      id\n      files {\n        path\n        bytes\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ChartFileText($id: ID!, $path: String!) {\n    chartVersion(id: $id) {\n      id\n      file(path: $path)\n    }\n  }\n"): (typeof documents)["\n  query ChartFileText($id: ID!, $path: String!) {\n    chartVersion(id: $id) {\n      id\n      file(path: $path)\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ChartReadme($id: ID!) {\n    chartVersion(id: $id) {\n      id\n      notes\n      readme {\n        html\n      }\n    }\n  }\n"): (typeof documents)["\n  query ChartReadme($id: ID!) {\n    chartVersion(id: $id) {\n      id\n      notes\n      readme {\n        html\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ChartSchema($id: ID!) {\n    chartVersion(id: $id) {\n      id\n      valuesSchema\n    }\n  }\n"): (typeof documents)["\n  query ChartSchema($id: ID!) {\n    chartVersion(id: $id) {\n      id\n      valuesSchema\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ChartValues($id: ID!) {\n    chartVersion(id: $id) {\n      id\n      values\n    }\n  }\n"): (typeof documents)["\n  query ChartValues($id: ID!) {\n    chartVersion(id: $id) {\n      id\n      values\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ChartVersions(\n    $id: ID!\n    $first: Int!\n    $constraint: String\n    $includePrereleases: Boolean!\n    $includeRemoved: Boolean!\n  ) {\n    chart(id: $id) {\n      id\n      versions(\n        first: $first\n        constraint: $constraint\n        includePrereleases: $includePrereleases\n        includeRemoved: $includeRemoved\n      ) {\n        totalCount\n        nodes {\n          id\n          version\n          appVersion\n          createdAt\n          storedAt\n          removedAt\n          prerelease\n          deprecated\n          archiveBytes\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query ChartVersions(\n    $id: ID!\n    $first: Int!\n    $constraint: String\n    $includePrereleases: Boolean!\n    $includeRemoved: Boolean!\n  ) {\n    chart(id: $id) {\n      id\n      versions(\n        first: $first\n        constraint: $constraint\n        includePrereleases: $includePrereleases\n        includeRemoved: $includeRemoved\n      ) {\n        totalCount\n        nodes {\n          id\n          version\n          appVersion\n          createdAt\n          storedAt\n          removedAt\n          prerelease\n          deprecated\n          archiveBytes\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment RunningSync on Sync {\n    id\n    state\n    requestedAt\n    startedAt\n    finishedAt\n    registry {\n      id\n      name\n    }\n    progress {\n      repositoriesTotal\n      repositoriesDone\n      versionsTotal\n      versionsDone\n      versionsAdded\n      versionsChanged\n      versionsRemoved\n      versionsUnchanged\n      versionsFailed\n      bytesPulled\n    }\n  }\n"): (typeof documents)["\n  fragment RunningSync on Sync {\n    id\n    state\n    requestedAt\n    startedAt\n    finishedAt\n    registry {\n      id\n      name\n    }\n    progress {\n      repositoriesTotal\n      repositoriesDone\n      versionsTotal\n      versionsDone\n      versionsAdded\n      versionsChanged\n      versionsRemoved\n      versionsUnchanged\n      versionsFailed\n      bytesPulled\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query LatestSyncs {\n    syncs(first: 20) {\n      nodes {\n        id\n        ...RunningSync\n      }\n    }\n  }\n"): (typeof documents)["\n  query LatestSyncs {\n    syncs(first: 20) {\n      nodes {\n        id\n        ...RunningSync\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription SyncActivity {\n    syncActivity {\n      id\n      ...RunningSync\n    }\n  }\n"): (typeof documents)["\n  subscription SyncActivity {\n    syncActivity {\n      id\n      ...RunningSync\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Viewer {\n    viewer {\n      name\n      role\n      canManageRegistries\n      canManageTokens\n    }\n  }\n"): (typeof documents)["\n  query Viewer {\n    viewer {\n      name\n      role\n      canManageRegistries\n      canManageTokens\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment ChartCard on Chart {\n    id\n    name\n    description\n    icon\n    deprecated\n    versionCount\n    updatedAt\n    repository {\n      id\n      name\n    }\n    registry {\n      id\n      name\n    }\n    latestVersion {\n      id\n      version\n      appVersion\n      type\n      prerelease\n    }\n  }\n"): (typeof documents)["\n  fragment ChartCard on Chart {\n    id\n    name\n    description\n    icon\n    deprecated\n    versionCount\n    updatedAt\n    repository {\n      id\n      name\n    }\n    registry {\n      id\n      name\n    }\n    latestVersion {\n      id\n      version\n      appVersion\n      type\n      prerelease\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query StorePage($first: Int!, $after: String, $search: String, $filter: ChartFilter, $orderBy: ChartOrder!) {\n    charts(first: $first, after: $after, search: $search, filter: $filter, orderBy: $orderBy) {\n      totalCount\n      edges {\n        cursor\n        highlight\n        node {\n          id\n          ...ChartCard\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n"): (typeof documents)["\n  query StorePage($first: Int!, $after: String, $search: String, $filter: ChartFilter, $orderBy: ChartOrder!) {\n    charts(first: $first, after: $after, search: $search, filter: $filter, orderBy: $orderBy) {\n      totalCount\n      edges {\n        cursor\n        highlight\n        node {\n          id\n          ...ChartCard\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;