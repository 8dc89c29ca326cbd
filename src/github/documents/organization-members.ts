import { z } from 'zod';
import type { GraphqlDocument } from '../github.ts';
import { account, pageInfo } from './access-values.ts';
import { rateLimit } from './values.ts';

const data = z.object({
  organization: z
    .object({
      membersWithRole: z.object({
        edges: z.array(z.object({ role: z.enum(['ADMIN', 'MEMBER']).nullable(), node: account.nullable() }).nullable()),
        pageInfo,
      }),
    })
    .nullable(),
});

interface Variables {
  readonly login: string;
  readonly first: number;
  readonly after: string | null;
}

/** Whoever belongs to the organization: 1 point for 100. */
export const organizationMembersDocument: GraphqlDocument<Variables, z.output<typeof data>> = {
  name: 'OrganizationMembers',
  text: `
    query OrganizationMembers($login: String!, $first: Int!, $after: String) {
      organization(login: $login) {
        membersWithRole(first: $first, after: $after) {
          edges { role node { databaseId login } }
          pageInfo { hasNextPage endCursor }
        }
      }
      ${rateLimit}
    }`,
  data,
};
