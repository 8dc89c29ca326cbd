import { z } from 'zod';
import { text } from './payload-values.ts';

/** Highest first. */
const levels = ['admin', 'maintain', 'push', 'triage', 'pull'] as const;

/** What an event says of a grant: GitHub's role, or what the role allows. */
export const repositoryGrant = z.object({
  role_name: text().nullish(),
  permissions: z.partialRecord(z.enum(levels), z.boolean()).nullish(),
});

/** One word for a grant; custom roles keep their own. */
export function permissionName(role: string): string {
  if (role === 'push') return 'write';
  return role === 'pull' ? 'read' : role;
}

/** @returns null when the event does not say it, which is not the same as no permission */
export function grantedPermission({ role_name, permissions }: z.output<typeof repositoryGrant>): string | null {
  const role = role_name ?? levels.find((level) => permissions?.[level]);
  return role ? permissionName(role) : null;
}
