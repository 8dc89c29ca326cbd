import { z } from 'zod';
import type { GraphqlDocument } from '../github.ts';
import { gitCommitFields } from './git-commit.ts';
import { numbered } from './numbered.ts';
import { commitsOf, pullRequestCommit } from './pull-request.ts';
import { connection, databaseId, rateLimit, type RepositoryVariables } from './values.ts';

const pullCommits = z.object({ commits: connection(pullRequestCommit) }).nullable();
const data = z.object({ repository: z.object({ databaseId }).catchall(pullCommits).nullable() });

/** The commits of several pull requests, of their numbers `number0` and so on. One point. */
export function pullRequestCommitsDocument(
  count: number,
): GraphqlDocument<RepositoryVariables & Readonly<Record<string, string | number>>, z.output<typeof data>> {
  return {
    name: 'PullRequestCommits',
    text: `
      query PullRequestCommits($owner: String!, $name: String!, ${numbered(count, (i) => `$number${i}: Int!`)}) {
        repository(owner: $owner, name: $name) {
          databaseId
          ${numbered(count, (i) => `pull${i}: pullRequest(number: $number${i}) { ${commitsOf('first: 100')} }`)}
        }
        ${rateLimit}
      }${gitCommitFields}`,
    data,
  };
}
