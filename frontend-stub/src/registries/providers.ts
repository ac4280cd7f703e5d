import { useQuery } from 'urql';
import { graphql } from '../gql';
import type { ProviderInput } from '../gql/graphql';
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

/** The server named member, path and fields itself; it alone knows whether they fit together. */
export function asProviderInput(form: ProviderForm, answers: ProviderAnswers): ProviderInput {
  return providerInput(form, answers) as unknown as ProviderInput;
}
