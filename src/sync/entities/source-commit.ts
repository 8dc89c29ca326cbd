import { commitTime } from '../../events/payload-values.ts';
import type { GitCommit } from '../../github/documents/git-commit.ts';
import type { SourceCommit } from '../commit-source.ts';
import { personOf } from './people.ts';

/** A commit of which GitHub was asked neither for parents nor for line counts. */
export function sourceCommit({ oid, message, authoredDate, committedDate, ...people }: GitCommit): SourceCommit {
  return {
    sha: oid,
    message,
    parents: null,
    author: personOf(people.author),
    committer: personOf(people.committer),
    authored_at: commitTime.parse(authoredDate),
    committed_at: commitTime.parse(committedDate),
    additions: null,
    deletions: null,
    changed_files: null,
  };
}
