import { useState } from 'react';
import { useMutation } from 'urql';
import { Link, useLocation } from 'wouter';
import { Button, Failure, Page, Skeleton } from '../elements/elements';
import { graphql } from '../gql';
import type { RegisterRegistryInput } from '../gql/graphql';
import { ConnectionReport } from './ConnectionReport';
import { type RegistryAnswers, RegistryForm, emptyRegistry, useRegistryForm, visibilityOf } from './RegistryForm';
import type { ProviderForm } from './providerInput';
import { asProviderInput, useProviders } from './providers';

const REGISTER = graphql(`
  mutation RegisterRegistry($input: RegisterRegistryInput!) {
    registerRegistry(input: $input) {
      registry {
        id
        name
      }
      sync {
        id
      }
      userErrors {
        code
        message
        field
      }
    }
  }
`);

const TEST = graphql(`
  mutation TestRegistry($input: RegisterRegistryInput!) {
    testRegistry(input: $input) {
      report {
        ...ReportStages
      }
      userErrors {
        code
        message
        field
      }
    }
  }
`);

export default function AddRegistryPage() {
  const { providers, error } = useProviders();
  return (
    <Page title="Add a registry" lead="Any registry that keeps Helm charts as OCI artifacts.">
      {error && !providers && <Failure error={error} />}
      {!providers && !error && <Skeleton lines={12} tall />}
      {providers?.[0] && <AddForm providers={providers} first={providers[0]} />}
    </Page>
  );
}

function AddForm({ providers, first }: { providers: readonly ProviderForm[]; first: ProviderForm }) {
  const { given, setGiven, errors, setErrors } = useRegistryForm(emptyRegistry(first));
  const [registering, register] = useMutation(REGISTER);
  const [testing, test] = useMutation(TEST);
  const [, go] = useLocation();
  const [tested, setTested] = useState<RegistryAnswers | null>(null);

  async function submit() {
    const { data } = await register({ input: inputOf(given) });
    const payload = data?.registerRegistry;
    setErrors(payload?.userErrors ?? []);
    if (payload?.sync) go(`/syncs/${encodeURIComponent(payload.sync.id)}`);
    else if (payload?.registry) go(`/registries/${encodeURIComponent(payload.registry.id)}`);
  }
  async function tryIt() {
    setTested(given);
    const { data } = await test({ input: inputOf(given) });
    setErrors(data?.testRegistry.userErrors ?? []);
  }

  const report = testing.data?.testRegistry.report;
  const failure = registering.error ?? testing.error;
  return (
    <>
      {failure && <Failure error={failure} />}
      <RegistryForm
        providers={providers}
        given={given}
        onChange={setGiven}
        errors={errors}
        onSubmit={submit}
        busy={registering.fetching}
        submitLabel="Add registry"
      >
        <Button onClick={tryIt} busy={testing.fetching}>
          Test connection
        </Button>
        <Link href="/registries" className="button quiet">
          Cancel
        </Link>
      </RegistryForm>
      {testing.fetching && <p role="status" className="faint">Trying the connection …</p>}
      {report && !testing.fetching && tested === given && <ConnectionReport report={report} />}
    </>
  );
}

function inputOf(given: RegistryAnswers): RegisterRegistryInput {
  return {
    name: given.name,
    visibility: visibilityOf(given.answers),
    provider: asProviderInput(given.provider, given.answers),
    useAsChartRepository: given.useAsChartRepository,
    repositories: given.repositories,
    syncIntervalSeconds: given.syncIntervalSeconds,
    versionConstraint: given.versionConstraint.trim() || null,
    versionsKept: given.versionsKept ? Number(given.versionsKept) : null,
  };
}
