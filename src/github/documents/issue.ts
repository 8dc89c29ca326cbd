import { z } from 'zod';
import { actor, actorFields } from './actor.ts';
import { issueComment, issueCommentFields, label } from './conversation.ts';
import { connection, databaseId } from './values.ts';

export const issue = z.object({
  fullDatabaseId: databaseId,
  number: z.int(),
  title: z.string(),
  body: z.string(),
  state: z.enum(['OPEN', 'CLOSED']),
  stateReason: z.string().nullish(),
  author: actor,
  createdAt: z.string(),
  updatedAt: z.string(),
  closedAt: z.string().nullish(),
  labels: connection(label).nullable(),
  comments: connection(issueComment),
});
export type Issue = z.output<typeof issue>;

export const issueFields = `
  fragment issue on Issue {
    fullDatabaseId number title body state stateReason(enableDuplicate: true)
    author { ...actor }
    createdAt updatedAt closedAt
    labels(first: 100) { nodes { name } pageInfo { hasNextPage endCursor } }
    comments(first: 30) { nodes { ...issueComment } pageInfo { hasNextPage endCursor } }
  }${actorFields}${issueCommentFields}`;
