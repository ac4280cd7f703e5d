import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { Link, useLocation } from 'wouter';
import { Button, Empty, Failure, Page, Skeleton } from '../elements/elements';
import { graphql } from '../gql';
import type { EditRegistryQuery, UpdateRegistryInput } from '../gql/graphql';
import { ConnectionTest } from './ConnectionTest';
import type { ProviderForm } from './providerInput';
import { asProviderInput, useProviders } from './providers';
import { type RegistryAnswers, RegistryForm, useRegistryForm } from './RegistryForm';
import { Repositories, useRepositories } from './Repositories';
import { policyOf, registrationOf, TEST_REGISTRY, visibilityOf } from './registration';
import { TEST_STORED_REGISTRY } from './testing';

const REGISTRY = graphql(`
  query EditRegistry($id: ID!) {
    registry(id: $id) {
      id
      name
      provider
      host
      authentication
      connectionSecurity
      useAsChartRepository
      syncIntervalSeconds
      versionConstraint
      versionsKept
    }
  }
`);

const UPDATE = graphql(`
  mutation UpdateRegistry($input: UpdateRegistryInput!) {
    updateRegistry(input: $input) {
      registry {
        id
        name
        provider
        host
        visibility
        authentication
        username
        connectionSecurity
        useAsChartRepository
        syncIntervalSeconds
        versionConstraint
        versionsKept
        nextSyncAt
        updatedAt
      }
      userErrors {
        code
        message
        field
      }
    }
  }
`);

type Stored = NonNullable<EditRegistryQuery['registry']>;

export default function EditRegistryPage({ id }: { id: string }) {
  const [{ data, error }] = useQuery({ query: REGISTRY, variables: { id } });
  const { providers, error: providersError } = useProviders();
  const repositories = useRepositories(id);
  const failure = error ?? providersError;
  const form = providers?.find((one) => one.provider === data?.registry?.provider);
  return (
    <Page title="Edit registry" lead={data?.registry?.name ?? ' '}>
      {failure && !data && <Failure error={failure} />}
      {!failure && (!data || !providers) && <Skeleton lines={12} tall />}
      {data?.registry === null && <Empty title="There is no such registry">It may have been deleted.</Empty>}
      {data?.registry && form ? (
        <>
          <EditForm registry={data.registry} form={form} />
          <Repositories registryId={id} asked={repositories} provider={data.registry.provider} canManage />
        </>
      ) : null}
    </Page>
  );
}

function EditForm({ registry, form }: { registry: Stored; form: ProviderForm }) {
  const { given, setGiven, errors, setErrors } = useRegistryForm(answersOf(registry, form));
  const [updating, update] = useMutation(UPDATE);
  const [, go] = useLocation();
  const path = `/registries/${encodeURIComponent(registry.id)}`;
  async function submit() {
    const { data } = await update({ input: inputOf(registry, given) });
    setErrors(data?.updateRegistry.userErrors ?? []);
    if (data?.updateRegistry.registry) go(path);
  }

  const [testing, test] = useMutation(TEST_REGISTRY);
  const [testingStored, testStored] = useMutation(TEST_STORED_REGISTRY);
  const [tested, setTested] = useState<RegistryAnswers | null>(null);
  const way = wayToTest(registry, given);
  async function tryIt() {
    setTested(given);
    if (way === 'as stored') {
      await testStored({ id: registry.id });
      setErrors([]);
    } else {
      const { data } = await test({ input: registrationOf(given) });
      setErrors(data?.testRegistry.userErrors ?? []);
    }
  }
  const going = testing.fetching || testingStored.fetching;
  const report =
    way === 'as stored' ? testingStored.data?.testStoredRegistry.report : testing.data?.testRegistry.report;
  const failure = updating.error ?? testing.error ?? testingStored.error;
  return (
    <>
      {failure ? <Failure error={failure} /> : null}
      <RegistryForm
        providers={[form]}
        given={given}
        onChange={setGiven}
        errors={errors}
        stored
        onSubmit={submit}
        busy={updating.fetching}
        submitLabel="Save"
      >
        <Button onClick={tryIt} busy={going} disabled={way === 'not before it is saved'}>
          Test connection
        </Button>
        <Link href={path} className="button quiet">
          Cancel
        </Link>
      </RegistryForm>
      {way === 'not before it is saved' ? (
        <p className="help">
          The stored credentials are sent nowhere but where they were entered for. Replace them to test this connection.
        </p>
      ) : null}
      <ConnectionTest going={going} report={tested === given ? report : null} />
    </>
  );
}

function answersOf(registry: Stored, provider: ProviderForm): RegistryAnswers {
  return {
    name: registry.name,
    provider,
    answers: {
      host: registry.host,
      authentication: registry.authentication,
      fields: {},
      connectionSecurity: registry.connectionSecurity,
      caCertificate: '',
      withCredentials: false,
    },
    useAsChartRepository: registry.useAsChartRepository,
    repositories: [],
    syncIntervalSeconds: registry.syncIntervalSeconds ?? null,
    versionConstraint: registry.versionConstraint ?? '',
    versionsKept: registry.versionsKept?.toString() ?? '',
  };
}

/** Whether it would be reached otherwise, be it with the same credentials. */
function isReconnected(registry: Stored, { answers }: RegistryAnswers): boolean {
  return (
    answers.host.trim() !== registry.host ||
    answers.connectionSecurity !== registry.connectionSecurity ||
    answers.caCertificate.trim() !== ''
  );
}

/** Stored credentials can be used but not read: with another connection they cannot be tried from here. */
function wayToTest(registry: Stored, given: RegistryAnswers): 'as stored' | 'as entered' | 'not before it is saved' {
  if (given.answers.withCredentials) return 'as entered';
  if (!isReconnected(registry, given)) return 'as stored';
  return registry.authentication === 'ANONYMOUS' ? 'as entered' : 'not before it is saved';
}

/** What did not change is left out: a provider that is given again would be judged again. */
function inputOf(registry: Stored, given: RegistryAnswers): UpdateRegistryInput {
  const { answers } = given;
  return {
    id: registry.id,
    name: given.name,
    useAsChartRepository: given.useAsChartRepository,
    ...policyOf(given),
    ...(answers.withCredentials || isReconnected(registry, given)
      ? { provider: asProviderInput(given.provider, answers), visibility: visibilityOf(answers) }
      : {}),
  };
}
