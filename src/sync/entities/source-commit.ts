import { commitTime } from '../../events/payload-values.ts';
import type { DetailedCommit } from '../../github/documents/detailed-commit.ts';
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

/** A commit with its parents and line counts. */
export function detailedSourceCommit(commit: DetailedCommit): SourceCommit {
  const { parents, additions, deletions, changedFilesIfAvailable } = commit;
  return {
    ...sourceCommit(commit),
    parents: (parents.nodes ?? []).flatMap((parent) => (parent ? [parent.oid] : [])),
    additions,
    deletions,
    changed_files: changedFilesIfAvailable ?? null,
  };
}
