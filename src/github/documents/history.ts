import { z } from 'zod';
import type { GraphqlDocument } from '../github.ts';
import { detailedCommit, detailedCommitFields } from './detailed-commit.ts';
import { countedConnection, namedRepository, rateLimit, type PageVariables } from './values.ts';

/** Other objects than commits have no history. */
const commit = z
  .object({ oid: z.string().optional(), history: countedConnection(detailedCommit).optional() })
  .nullable();

const historyFields = `
  fragment history on Commit {
    oid
    history(first: $first, after: $after) {
      totalCount
      nodes { ...detailedCommit }
      pageInfo { hasNextPage endCursor }
    }
  }${detailedCommitFields}`;

const branchData = z.object({
  repository: namedRepository.extend({ defaultBranchRef: z.object({ target: commit }).nullable() }).nullable(),
});

/** The default branch's commits with their parents and line counts, the latest first: one point for a hundred. */
export const branchHistoryDocument: GraphqlDocument<PageVariables, z.output<typeof branchData>> = {
  name: 'BranchHistory',
  text: `
    query BranchHistory($owner: String!, $name: String!, $first: Int!, $after: String) {
      repository(owner: $owner, name: $name) {
        databaseId
        defaultBranchRef { target { ...history } }
      }
      ${rateLimit}
    }${historyFields}`,
  data: branchData,
};

export interface HistoryVariables extends PageVariables {
  readonly head: string;
}

const data = z.object({ repository: namedRepository.extend({ object: commit }).nullable() });

/** The same from a commit on. A document of its own: in one, both would be counted. */
export const historyDocument: GraphqlDocument<HistoryVariables, z.output<typeof data>> = {
  name: 'History',
  text: `
    query History($owner: String!, $name: String!, $first: Int!, $after: String, $head: GitObjectID!) {
      repository(owner: $owner, name: $name) {
        databaseId
        object(oid: $head) { ...history }
      }
      ${rateLimit}
    }${historyFields}`,
  data,
};
