import { z } from 'zod';
import { COMMIT_SEEN_AT, type CommitFact } from '../facts/commits.ts';
import { coAuthors, messageHeadline } from './commit-message.ts';
import { commitTime, email, name, sha, text } from './payload-values.ts';

/** What git knows of a person, and `username` where GitHub knows whose email that is. */
const person = z.object({ name: text().nullish(), email: email.nullish(), username: name.nullish() });
export type CommitPerson = z.output<typeof person>;

/** A commit as a push carries it: with one time and without parents. */
export const commit = z.object({
  id: sha,
  message: text(Number.POSITIVE_INFINITY),
  timestamp: commitTime,
  author: person,
  committer: person,
});
export type PayloadCommit = z.output<typeof commit>;

/** The people of a commit who have an email: author, committer and co-authors. */
export function commitPeople({ author, committer, message }: PayloadCommit): CommitPerson[] {
  return [author, committer, ...coAuthors(message)];
}

export function commitFact(repository_id: number, commit: PayloadCommit): CommitFact {
  const { author, committer } = commit;
  return {
    repository_id,
    sha: commit.id,
    observed: {
      at: COMMIT_SEEN_AT,
      message_headline: messageHeadline(commit.message),
      author_name: author.name ?? null,
      author_email: author.email ?? null,
      committer_name: committer.name ?? null,
      committer_email: committer.email ?? null,
      co_authors: coAuthors(commit.message)
        .map((coAuthor) => coAuthor.email)
        .filter((address) => address !== author.email),
      authored_at: commit.timestamp,
      committed_at: commit.timestamp,
    },
  };
}
