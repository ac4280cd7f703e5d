/** The tabs the playground starts with. Those that register are made from what the server says of its providers. */
import { type NestedInput, type ProviderForm, emptyAnswers, providerInput } from '../registries/providerInput';

export interface Example {
  query: string;
  variables?: string;
}

const REGISTER = `# Register: {label}
# {explanation}
# Put your own host, repository and credentials into the variables below, then run.
# To try a connection without storing anything, run the second operation.
mutation Register{name}($input: RegisterRegistryInput!) {
  registerRegistry(input: $input) {
    registry { id name host authentication }
    sync { id state }
    userErrors { code message field }
  }
}

mutation Test{name}($input: RegisterRegistryInput!) {
  testRegistry(input: $input) {
    report { ok stages { kind outcome message repository milliseconds } }
    userErrors { code message field }
  }
}
`;

export const WATCH = `# Watch a sync. Take the id of one from "Start" (or from registerRegistry), then run "Watch":
# every event from the first on, then live, until it is finished.
query Latest {
  syncs(first: 5) { nodes { id state requestedAt registry { id name } } }
}

mutation Start($registryId: ID!) {
  startSync(registryId: $registryId) { sync { id state } userErrors { message } }
}

subscription Watch($syncId: ID!, $after: Int = 0) {
  syncEvents(syncId: $syncId, after: $after) {
    __typename
    sequence
    at
    progress { versionsDone versionsTotal bytesPulled }
    ... on ChartVersionStored { repository version }
    ... on SyncFaulted { fault { code message repository tag } }
    ... on SyncFinished { state }
  }
}

subscription WatchAll {
  syncActivity { id state registry { name } progress { versionsDone versionsTotal } }
}
`;

// Without variables: GraphiQL does not show those of the tab it starts with.
export const SEARCH = `# Search the chart store.
query Search {
  charts(first: 10, search: "") {
    totalCount
    edges {
      highlight
      node {
        id
        name
        description
        registry { name }
        latestVersion { id version appVersion createdAt }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}
`;

export const DIFF = `# What changed between two versions? "Versions" lists their ids.
query Versions {
  charts(first: 5) { nodes { name versions(first: 5) { nodes { id version } } } }
}

query Diff($from: ID!, $to: ID!) {
  chartVersionDiff(from: $from, to: $to) {
    breaking
    values { path kind before after }
    chartYaml { path kind before after }
    files { path kind unifiedDiff }
  }
}
`;

export function examples(providers: readonly ProviderForm[]): Example[] {
  return [
    { query: SEARCH },
    ...providers.map(registerExample),
    { query: WATCH, variables: json({ registryId: '', syncId: '' }) },
    { query: DIFF, variables: json({ from: '', to: '' }) },
  ];
}

function registerExample(form: ProviderForm): Example {
  const authentication = form.authentications[0];
  const name = form.label.replace(/[^A-Za-z0-9]+/g, '');
  const answers = {
    ...emptyAnswers(form),
    host: form.hostExample ?? form.defaultHost ?? '',
    fields: Object.fromEntries((authentication?.fields ?? []).map((field) => [field.name, `<${field.label}>`])),
  };
  const input = {
    name: form.inputName,
    visibility: authentication && authentication.authentication !== 'ANONYMOUS' ? 'PRIVATE' : 'PUBLIC',
    provider: providerInput(form, answers),
    useAsChartRepository: true,
    repositories: ['acme/payments'],
  };
  const query = REGISTER.replace('{label}', form.label)
    .replace('{explanation}', authentication ? `Here with: ${authentication.label}.` : form.documentationUrl)
    .replaceAll('{name}', name);
  return { query, variables: json({ input }) };
}

function json(variables: Record<string, unknown | NestedInput>): string {
  return JSON.stringify(variables, null, 2);
}
