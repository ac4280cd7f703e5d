/** What the form of a registry asks the server for, be it new or changed. */
import { graphql } from '../gql';
import type { RegisterRegistryInput, RegistryVisibility } from '../gql/graphql';
import type { ProviderAnswers } from './providerInput';
import { asProviderInput } from './providers';
import type { RegistryAnswers } from './RegistryForm';

export const TEST_REGISTRY = graphql(`
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

export function registrationOf(given: RegistryAnswers): RegisterRegistryInput {
  return {
    name: given.name,
    visibility: visibilityOf(given.answers),
    provider: asProviderInput(given.provider, given.answers),
    useAsChartRepository: given.useAsChartRepository,
    repositories: given.repositories,
    ...policyOf(given),
  };
}

/** How often it is synced, and which versions are kept. */
export function policyOf(given: RegistryAnswers) {
  return {
    syncIntervalSeconds: given.syncIntervalSeconds,
    versionConstraint: given.versionConstraint.trim() || null,
    versionsKept: given.versionsKept ? Number(given.versionsKept) : null,
  };
}

/** Without credentials it is public, whoever runs it. */
export function visibilityOf(answers: ProviderAnswers): RegistryVisibility {
  return answers.authentication === 'ANONYMOUS' ? 'PUBLIC' : 'PRIVATE';
}
