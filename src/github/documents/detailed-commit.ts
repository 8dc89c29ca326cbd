import { z } from 'zod';
import { gitCommit, gitCommitFields } from './git-commit.ts';

/** With its parents and line counts; GitHub does not always count a large one's files. */
export const detailedCommit = gitCommit.extend({
  parents: z.object({ nodes: z.array(z.object({ oid: z.string() }).nullable()).nullable() }),
  additions: z.int(),
  deletions: z.int(),
  changedFilesIfAvailable: z.int().nullish(),
});
export type DetailedCommit = z.output<typeof detailedCommit>;

export const detailedCommitFields = `
  fragment detailedCommit on Commit {
    ...gitCommit
    parents(first: 100) { nodes { oid } }
    additions
    deletions
    changedFilesIfAvailable
  }${gitCommitFields}`;
