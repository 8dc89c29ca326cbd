import { z } from 'zod';

const person = z
  .object({
    name: z.string().nullish(),
    email: z.string().nullish(),
    user: z.object({ databaseId: z.int().nullish(), login: z.string() }).nullish(),
  })
  .nullable();

/** What a commit says of itself; with its dates exact. */
export const gitCommit = z.object({
  oid: z.string(),
  message: z.string(),
  authoredDate: z.string(),
  committedDate: z.string(),
  author: person,
  committer: person,
});
export type GitCommit = z.output<typeof gitCommit>;

export const gitCommitFields = `
  fragment gitCommit on Commit {
    oid
    message
    authoredDate
    committedDate
    author { name email user { databaseId login } }
    committer { name email user { databaseId login } }
  }`;
