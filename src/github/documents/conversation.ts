import { z } from 'zod';
import { actor } from './actor.ts';
import { databaseId } from './values.ts';

/** A comment on an issue or a pull request. */
export const issueComment = z.object({
  fullDatabaseId: databaseId,
  author: actor,
  createdAt: z.string(),
  updatedAt: z.string(),
});
export type IssueComment = z.output<typeof issueComment>;

export const issueCommentFields = `
  fragment issueComment on IssueComment { fullDatabaseId author { ...actor } createdAt updatedAt }`;

export const label = z.object({ name: z.string() });
