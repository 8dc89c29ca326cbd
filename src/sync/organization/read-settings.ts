import { z } from 'zod';
import { NotFoundError } from '../../errors.ts';
import type { InstallationClient } from '../../github/github.ts';

// Without the permission for it, GitHub answers and leaves the setting out.
const organization = z.object({ default_repository_permission: z.string().nullish() });
const customRoles = z.object({
  custom_roles: z.array(z.object({ id: z.int(), name: z.string(), base_role: z.string() })),
});
export type CustomRole = z.output<typeof customRoles>['custom_roles'][number];

/** What every member may do in every repository. @returns null when GitHub does not tell */
export async function readBasePermission(github: InstallationClient, org: string): Promise<string | null> {
  const answer = await github.rest({ route: 'GET /orgs/{org}', parameters: { org }, data: organization });
  return answer.default_repository_permission ?? null;
}

/** Only GitHub Enterprise has custom roles. */
export async function readCustomRoles(github: InstallationClient, org: string): Promise<readonly CustomRole[]> {
  try {
    const route = 'GET /orgs/{org}/custom-repository-roles';
    return (await github.rest({ route, parameters: { org }, data: customRoles })).custom_roles;
  } catch (error) {
    if (error instanceof NotFoundError) return [];
    throw error;
  }
}
