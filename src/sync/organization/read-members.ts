import { NotFoundError } from '../../errors.ts';
import type { Account } from '../../github/documents/access-values.ts';
import { organizationMembersDocument } from '../../github/documents/organization-members.ts';
import type { InstallationClient } from '../../github/github.ts';
import { pagesOf } from './pages.ts';

export interface OrganizationMember extends Account {
  readonly role: 'owner' | 'member';
}

const PAGE = 100;

export async function readMembers(github: InstallationClient, login: string): Promise<OrganizationMember[]> {
  const members: OrganizationMember[] = [];
  const pages = pagesOf(async (after) => {
    const { organization } = await github.graphql(organizationMembersDocument, { login, first: PAGE, after });
    if (!organization) throw new NotFoundError(`There is no organization ${login}.`);
    return organization.membersWithRole;
  });
  for await (const { edges } of pages) {
    for (const edge of edges) {
      if (edge?.node) members.push({ ...edge.node, role: edge.role === 'ADMIN' ? 'owner' : 'member' });
    }
  }
  return members;
}
