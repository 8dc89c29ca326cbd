import { COMMIT_SEEN_AT } from '../facts/commits.ts';
import type { Facts } from '../facts/facts.ts';
import type { SourceCommit } from './commit-source.ts';

export function commitFacts(repositoryId: number, commits: readonly SourceCommit[]): Facts {
  return {
    commits: commits.map((commit) => ({
      repository_id: repositoryId,
      sha: commit.sha,
      observed: {
        at: COMMIT_SEEN_AT,
        // Both dates are exact here; a push gives one for the two.
        rank: 1,
        message_headline: '',
        author_name: commit.author.name,
        author_email: commit.author.email,
        committer_name: commit.committer.name,
        committer_email: commit.committer.email,
        co_authors: [],
        authored_at: commit.authored_at,
        committed_at: commit.committed_at,
      },
      detailed: {
        at: COMMIT_SEEN_AT,
        parents: commit.parents,
        additions: commit.additions,
        deletions: commit.deletions,
        changed_files: commit.changed_files,
      },
    })),
  };
}
