import { z } from 'zod';

const account = z.object({ databaseId: z.int().nullish(), login: z.string() });

/** Who did something; null when the account is gone. Of an enterprise's account the user behind it counts. */
export const actor = account.extend({ type: z.string(), user: account.nullish() }).nullable();
export type Actor = z.output<typeof actor>;

export const actorFields = `
  fragment actor on Actor {
    type: __typename
    login
    ... on User { databaseId }
    ... on Bot { databaseId }
    ... on Mannequin { databaseId }
    ... on Organization { databaseId }
    ... on EnterpriseUserAccount { user { databaseId login } }
  }`;
