import { z } from 'zod';

/** What every document asks for besides, so that the budget is known after each answer. */
export const rateLimit = 'rateLimit { cost limit remaining used resetAt }';

/** An id as REST and webhooks know it. GitHub's BigInt travels as a string. */
export const databaseId = z.union([z.int(), z.string().regex(/^\d+$/).transform(Number)]);

const pageInfo = z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullish() });

/** A connection's page. GitHub types its nodes as nullable; one that is null has nothing to tell. */
export function connection<T extends z.ZodType>(node: T) {
  return z.object({
    nodes: z.array(node.nullable()).transform((nodes) => nodes.filter((one) => one !== null)),
    pageInfo,
  });
}

export function countedConnection<T extends z.ZodType>(node: T) {
  return connection(node).extend({ totalCount: z.int() });
}

/** The repository of a name, with its id: the name may be another repository's by now. */
export const namedRepository = z.object({ databaseId });

export interface RepositoryVariables {
  readonly owner: string;
  readonly name: string;
}

/** A page of a list of the repository. */
export interface PageVariables extends RepositoryVariables {
  /** At most 100. */
  readonly first: number;
  readonly after: string | null;
}
