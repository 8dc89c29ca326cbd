import { z } from 'zod';
import { databaseId } from './values.ts';

export const pageInfo = z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullish() });
export type PageInfo = z.output<typeof pageInfo>;

export const account = z.object({ databaseId, login: z.string() });
export type Account = z.output<typeof account>;

/** What GitHub folds a role to. */
export const foldedLevel = z
  .enum(['READ', 'TRIAGE', 'WRITE', 'MAINTAIN', 'ADMIN'])
  .transform((name) => name.toLowerCase());

/** One page each of a team's own members and of its repositories, those of its parents included. */
export const team = z.object({
  databaseId,
  slug: z.string(),
  name: z.string(),
  parentTeam: z.object({ databaseId }).nullable(),
  members: z.object({
    edges: z.array(z.object({ role: z.enum(['MAINTAINER', 'MEMBER']), node: account }).nullable()).nullable(),
    pageInfo,
  }),
  repositories: z.object({
    edges: z.array(z.object({ permission: foldedLevel, node: z.object({ databaseId }) }).nullable()).nullable(),
    pageInfo,
  }),
});
export type TeamNode = z.output<typeof team>;

export const teamFields = `
  fragment team on Team {
    databaseId
    slug
    name
    parentTeam { databaseId }
    members(first: $first, after: $members, membership: IMMEDIATE) {
      edges { role node { databaseId login } }
      pageInfo { hasNextPage endCursor }
    }
    repositories(first: $first, after: $repositories) {
      edges { permission node { databaseId } }
      pageInfo { hasNextPage endCursor }
    }
  }`;
