import { graphql } from '../gql';

/** How far a sync is: the same wherever it is shown. */
export const PROGRESS = graphql(`
  fragment SyncProgressParts on SyncProgress {
    repositoriesTotal
    repositoriesDone
    versionsTotal
    versionsDone
    versionsAdded
    versionsChanged
    versionsRemoved
    versionsUnchanged
    versionsFailed
    bytesPulled
  }
`);
