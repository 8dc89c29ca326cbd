import { z } from 'zod';
import type { CommandInput } from './command.ts';
import { findRunningShiplog } from './running-shiplog.ts';
import { shortTime, tableLines } from './table.ts';

const shownOrg = z.looseObject({
  id: z.int(),
  login: z.string(),
  installation_id: z.int().nullable(),
  suspended_at: z.string().nullable(),
  plan: z.string(),
  created_at: z.string(),
});

export async function listOrgs({ options, config }: CommandInput): Promise<number> {
  const shiplog = await findRunningShiplog(config);
  const orgs = await shiplog.listAll('/orgs', shownOrg);
  if (options['json'] === true) for (const org of orgs) console.log(JSON.stringify(org));
  else if (orgs.length === 0) console.log('There is no organization yet.');
  else for (const line of describe(orgs)) console.log(line);
  return 0;
}

function describe(orgs: readonly z.infer<typeof shownOrg>[]): string[] {
  const rows = orgs.map((org) => [org.login, String(org.id), org.plan, appOf(org), shortTime(org.created_at)]);
  return tableLines(['organization', 'id', 'plan', 'App', 'known since (UTC)'], rows);
}

function appOf({ installation_id: id, suspended_at: suspendedAt }: z.infer<typeof shownOrg>): string {
  if (id === null) return 'not installed';
  return suspendedAt === null ? 'installed' : `suspended since ${shortTime(suspendedAt)}`;
}
