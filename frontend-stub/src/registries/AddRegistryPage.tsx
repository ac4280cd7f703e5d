import { useState } from 'react';
import { useMutation } from 'urql';
import { Link, useLocation } from 'wouter';
import { Button, Failure, Page, Skeleton } from '../elements/elements';
import { graphql } from '../gql';
import { ConnectionTest } from './ConnectionTest';
import { TEST_REGISTRY, registrationOf } from './registration';
import { type RegistryAnswers, RegistryForm, emptyRegistry, useRegistryForm } from './RegistryForm';
import type { ProviderForm } from './providerInput';
import { useProviders } from './providers';

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
  const [testing, test] = useMutation(TEST_REGISTRY);
  const [, go] = useLocation();
  const [tested, setTested] = useState<RegistryAnswers | null>(null);

  async function submit() {
    const { data } = await register({ input: registrationOf(given) });
    const payload = data?.registerRegistry;
    setErrors(payload?.userErrors ?? []);
    if (payload?.sync) go(`/syncs/${encodeURIComponent(payload.sync.id)}`);
    else if (payload?.registry) go(`/registries/${encodeURIComponent(payload.registry.id)}`);
  }
  async function tryIt() {
    setTested(given);
    const { data } = await test({ input: registrationOf(given) });
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
      <ConnectionTest going={testing.fetching} report={tested === given ? report : null} />
    </>
  );
}
