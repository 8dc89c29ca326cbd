import { z } from 'zod';
import type { CommandInput } from './command.ts';
import { findRunningShiplog } from './running-shiplog.ts';
import { shortTime, tableLines } from './table.ts';

const shownOrg = z.looseObject({
  id: z.int(),
  login: z.string(),
  installation_id: z.int().nullable(),
  suspended_at: z.string().nullable(),
  uninstalled_at: z.string().nullable(),
  plan: z.string(),
  repositories: z.int(),
  members: z.int(),
  created_at: z.string(),
});

export async function listOrgs({ options, config }: CommandInput): Promise<number> {
  const shiplog = await findRunningShiplog(config);
  const orgs = await shiplog.listAll('/admin/orgs', shownOrg);
  if (options['json'] === true) for (const org of orgs) console.log(JSON.stringify(org));
  else if (orgs.length === 0) console.log('There is no organization yet.');
  else for (const line of describe(orgs)) console.log(line);
  return 0;
}

function describe(orgs: readonly z.infer<typeof shownOrg>[]): string[] {
  const rows = orgs.map((org) => [
    org.login,
    String(org.id),
    org.plan,
    String(org.repositories),
    String(org.members),
    appOf(org),
    shortTime(org.created_at),
  ]);
  return tableLines(['organization', 'id', 'plan', 'repositories', 'members', 'App', 'known since (UTC)'], rows);
}

function appOf({ installation_id: id, ...org }: z.infer<typeof shownOrg>): string {
  const { suspended_at: suspendedAt, uninstalled_at: uninstalledAt } = org;
  if (id === null) return uninstalledAt === null ? 'never installed' : `uninstalled ${shortTime(uninstalledAt)}`;
  return suspendedAt === null ? 'installed' : `suspended since ${shortTime(suspendedAt)}`;
}
