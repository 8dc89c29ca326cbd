import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import { type Trx, withTenant } from '../../db/tenant.ts';
import type { GitHub, InstallationClient } from '../github/github.ts';
import type { CheckedHead } from '../queue.ts';
import { findInstallationId } from '../sync/next-page.ts';
import { meterUsage } from '../tenancy/meter-usage.ts';
import { readCheckFacts } from './check-facts.ts';
import { createCheckRun, findCheckRun, type RunPlace, updateCheckRun } from './check-run-api.ts';
import { type CheckRunContent, hashOf } from './content.ts';
import { evaluate } from './evaluate.ts';
import { beginSending, recordSent } from './published.ts';
import { render } from './render.ts';

export interface PublishDeps {
  readonly db: Database;
  readonly github: Pick<GitHub, 'installation'>;
  readonly appId: number;
}

/**
 * Brings the check run of a head up to date. Whatever it is called for, and however often, the run says how things are
 * now; a head that no pull request has any more is left as it is.
 */
export async function publishCheckRun({ db, github, appId }: PublishDeps, head: CheckedHead): Promise<void> {
  const { tenantId } = head;
  const target = await withTenant(db, tenantId, (trx) => findTarget(trx, head));
  if (!target) return;
  const { installationId, ...place } = target;
  const client = github.installation({ tenantId, installationId }, { priority: 'live' });
  const outgoing = await withTenant(db, tenantId, (trx) => prepare(trx, head));
  if (!outgoing) return;
  const checkRunId = await send(client, { ...place, appId, ...outgoing });
  await withTenant(db, tenantId, async (trx) => {
    await recordSent(trx, head, { checkRunId, hash: outgoing.hash });
    if (outgoing.checkRunId === null) await meterUsage(trx, tenantId, new Date(), { checkRuns: 1 });
  });
}

interface Target extends RunPlace {
  readonly installationId: number;
}

async function findTarget(trx: Trx, { tenantId, repositoryId, headSha }: CheckedHead): Promise<Target | null> {
  const installationId = await findInstallationId(trx, tenantId);
  const { rows } = await sql<{ full_name: string }>`
    select full_name from repositories
    where tenant_id = ${tenantId} and repository_id = ${repositoryId} and full_name is not null
      and deleted_at is null`.execute(trx);
  const [owner, repo] = rows[0]?.full_name.split('/') ?? [];
  return installationId === null || !owner || !repo ? null : { installationId, owner, repo, headSha };
}

interface Outgoing {
  readonly checkRunId: number | null;
  readonly content: CheckRunContent;
  readonly hash: string;
}

async function prepare(trx: Trx, head: CheckedHead): Promise<Outgoing | null> {
  const facts = await readCheckFacts(trx, head, { now: new Date() });
  if (!facts) return null;
  const content = render(evaluate(facts));
  const hash = hashOf(content);
  const sending = await beginSending(trx, head, { number: facts.pull.number, hash });
  return sending && { ...sending, content, hash };
}

async function send(
  client: InstallationClient,
  { checkRunId, content, appId, ...place }: Outgoing & RunPlace & { readonly appId: number },
): Promise<number> {
  const id = checkRunId ?? (await findCheckRun(client, { ...place, appId }));
  if (id !== null && (await updateCheckRun(client, { ...place, id }, content))) return id;
  return createCheckRun(client, place, content);
}
