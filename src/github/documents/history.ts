import { z } from 'zod';
import type { GraphqlDocument } from '../github.ts';
import { detailedCommit, detailedCommitFields } from './detailed-commit.ts';
import { countedConnection, namedRepository, rateLimit, type PageVariables } from './values.ts';

export interface HistoryVariables extends PageVariables {
  /** Where the history begins; null: at the head of the default branch. */
  readonly head: string | null;
  readonly fromDefaultBranch: boolean;
}

/** Other objects than commits have no history. */
const commit = z
  .object({ oid: z.string().optional(), history: countedConnection(detailedCommit).optional() })
  .nullable();

const data = z.object({
  repository: namedRepository
    .extend({ defaultBranchRef: z.object({ target: commit }).nullish(), object: commit.optional() })
    .nullable(),
});

/** Commits with their parents and line counts, the latest first: one point for a hundred. */
export const historyDocument: GraphqlDocument<HistoryVariables, z.output<typeof data>> = {
  name: 'History',
  text: `
    query History(
      $owner: String!, $name: String!, $first: Int!, $after: String, $head: GitObjectID, $fromDefaultBranch: Boolean!
    ) {
      repository(owner: $owner, name: $name) {
        databaseId
        defaultBranchRef @include(if: $fromDefaultBranch) { target { ...history } }
        object(oid: $head) @skip(if: $fromDefaultBranch) { ...history }
      }
      ${rateLimit}
    }
    fragment history on Commit {
      oid
      history(first: $first, after: $after) {
        totalCount
        nodes { ...detailedCommit }
        pageInfo { hasNextPage endCursor }
      }
    }${detailedCommitFields}`,
  data,
};
