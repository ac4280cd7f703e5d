import { useQuery } from 'urql';
import { sentence } from '../elements/words';
import { graphql } from '../gql';
import type { ProviderInput, RegistryProvider } from '../gql/graphql';
import { type ProviderAnswers, type ProviderForm, providerInput } from './providerInput';

const PROVIDERS = graphql(`
  query Providers {
    providers {
      provider
      label
      inputName
      defaultHost
      hostExample
      documentationUrl
      connectionSecurities
      canDiscover
      hostField {
        name
        label
        secret
        required
        multiline
        help
      }
      authentications {
        authentication
        label
        inputPath
        fields {
          name
          label
          secret
          required
          multiline
          help
        }
      }
    }
  }
`);

export function useProviders() {
  const [{ data, error }] = useQuery({ query: PROVIDERS, requestPolicy: 'cache-first' });
  return { providers: data?.providers, error };
}

/** One of them; undefined until they are known. */
export function useProvider(name: RegistryProvider): ProviderForm | undefined {
  return useProviders().providers?.find((one) => one.provider === name);
}

/** As its provider calls it; the constant in words where nobody does. */
export function authenticationLabel(provider: ProviderForm | undefined, authentication: string): string {
  return (
    provider?.authentications.find((one) => one.authentication === authentication)?.label ?? sentence(authentication)
  );
}

/** The server named member, path and fields itself; it alone knows whether they fit together. */
export function asProviderInput(form: ProviderForm, answers: ProviderAnswers): ProviderInput {
  return providerInput(form, answers) as unknown as ProviderInput;
}
