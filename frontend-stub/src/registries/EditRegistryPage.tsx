import { useMutation, useQuery } from 'urql';
import { Link, useLocation } from 'wouter';
import { Empty, Failure, Page, Skeleton } from '../elements/elements';
import { graphql } from '../gql';
import type { EditRegistryQuery, UpdateRegistryInput } from '../gql/graphql';
import { type RegistryAnswers, RegistryForm, useRegistryForm, visibilityOf } from './RegistryForm';
import type { ProviderForm } from './providerInput';
import { asProviderInput, useProviders } from './providers';

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
  const failure = error ?? providersError;
  const form = providers?.find((one) => one.provider === data?.registry?.provider);
  return (
    <Page title="Edit registry" lead={data?.registry?.name ?? ' '}>
      {failure && !data && <Failure error={failure} />}
      {!failure && (!data || !providers) && <Skeleton lines={12} tall />}
      {data?.registry === null && <Empty title="There is no such registry">It may have been deleted.</Empty>}
      {data?.registry && form && <EditForm registry={data.registry} form={form} />}
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
  return (
    <>
      {updating.error && <Failure error={updating.error} />}
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
        <Link href={path} className="button quiet">
          Cancel
        </Link>
      </RegistryForm>
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

/** What did not change is left out: a provider that is given again would be judged again. */
function inputOf(registry: Stored, given: RegistryAnswers): UpdateRegistryInput {
  const { answers } = given;
  const reconnected =
    answers.withCredentials ||
    answers.host.trim() !== registry.host ||
    answers.connectionSecurity !== registry.connectionSecurity ||
    answers.caCertificate.trim() !== '';
  return {
    id: registry.id,
    name: given.name,
    useAsChartRepository: given.useAsChartRepository,
    syncIntervalSeconds: given.syncIntervalSeconds,
    versionConstraint: given.versionConstraint.trim() || null,
    versionsKept: given.versionsKept ? Number(given.versionsKept) : null,
    ...(reconnected
      ? { provider: asProviderInput(given.provider, answers), visibility: visibilityOf(answers) }
      : {}),
  };
}
