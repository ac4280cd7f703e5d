import { graphql } from '../gql';

export const TEST_STORED_REGISTRY = graphql(`
  mutation TestStoredRegistry($id: ID!) {
    testStoredRegistry(id: $id) {
      report {
        ...ReportStages
      }
      userErrors {
        message
        field
      }
    }
  }
`);
