import { z } from 'zod';
import type { GraphqlDocument } from '../github.ts';
import { detailedCommit, detailedCommitFields } from './detailed-commit.ts';
import { numbered } from './numbered.ts';
import { databaseId, rateLimit, type RepositoryVariables } from './values.ts';

/** Null: GitHub knows no such commit; after a force-push it forgets them. */
const found = detailedCommit.or(z.object({}).transform(() => null)).nullable();
const data = z.object({ repository: z.object({ databaseId }).catchall(found).nullable() });

/** Commits by their ids, `oid0` and so on, at most a hundred; those found come as `commit0` and so on. One point. */
export function commitsDocument(
  count: number,
): GraphqlDocument<RepositoryVariables & Readonly<Record<string, string>>, z.output<typeof data>> {
  return {
    name: 'Commits',
    text: `
      query Commits($owner: String!, $name: String!, ${numbered(count, (i) => `$oid${i}: GitObjectID!`)}) {
        repository(owner: $owner, name: $name) {
          databaseId
          ${numbered(count, (i) => `commit${i}: object(oid: $oid${i}) { ...detailedCommit }`)}
        }
        ${rateLimit}
      }${detailedCommitFields}`,
    data,
  };
}
