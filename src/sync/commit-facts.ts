import { commitEmailFacts } from '../events/commit-emails.ts';
import { commitFact, type PayloadCommit, commit as pushedCommit } from '../events/payload-commit.ts';
import { contributorFacts } from '../events/payload-user.ts';
import type { CommitFact } from '../facts/commits.ts';
import type { Facts } from '../facts/facts.ts';
import type { SourceCommit, SourcePerson } from './commit-source.ts';

/** Of these two sightings of a commit, the one with both dates exact is the better one. */
const EXACT = 1;
/** And of its details, the one with line counts. */
const COUNTED = 1;

/**
 * Commits of a source as facts: those that a push of the same commits comes to, with its dates and details added.
 * @param seenAt when the source said whose the emails are
 */
export function commitFacts(
  commits: readonly SourceCommit[],
  { repositoryId, seenAt }: { repositoryId: number; seenAt: string },
): Facts {
  const pushed = commits.map(asPushed);
  const users = commits.flatMap(({ author, committer }) => [author.user, committer.user]);
  const seen = { receivedAt: seenAt };
  return {
    ...contributorFacts(seen, users),
    ...commitEmailFacts(seen, pushed, users),
    commits: commits.map((commit, index) =>
      exactFact(commit, commitFact(repositoryId, pushed[index] ?? asPushed(commit))),
    ),
  };
}

function asPushed({ sha, message, author, committer, committed_at }: SourceCommit): PayloadCommit {
  return pushedCommit.parse({
    id: sha,
    message,
    timestamp: committed_at,
    author: withUsername(author),
    committer: withUsername(committer),
  });
}

function withUsername({ name, email, user }: SourcePerson) {
  return { name, email, username: user?.login };
}

function exactFact(commit: SourceCommit, fact: CommitFact): CommitFact {
  const { parents, additions, deletions, changed_files, authored_at, committed_at } = commit;
  const { observed } = fact;
  if (!observed) return fact;
  const rank = additions === null ? 0 : COUNTED;
  return {
    ...fact,
    observed: { ...observed, rank: EXACT, authored_at, committed_at },
    ...(parents && { detailed: { at: observed.at, rank, parents, additions, deletions, changed_files } }),
  };
}
