import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import { type Trx, withTenant } from '../../db/tenant.ts';
import type { GitHub, InstallationClient } from '../github/github.ts';
import type { CheckedHead } from '../queue.ts';
import { findInstallationId } from '../sync/next-page.ts';
import { meterUsage } from '../tenancy/meter-usage.ts';
import { createCheckRun, findCheckRun, type RunPlace, updateCheckRun } from './check-run-api.ts';
import { type CheckRunContent, hashOf } from './content.ts';
import { evaluate } from './evaluate.ts';
import { beginSending, recordLeft, recordSent } from './published.ts';
import type { Places } from './links.ts';
import { readCheckFacts } from './read-check-facts.ts';
import { render } from './render.ts';
import { findStanding } from './standings.ts';
import { readFiles } from './files/read-files.ts';
import type { FileRules } from './files/changed-files.ts';
import type { ReadRepository } from './read-repository.ts';
import { fileOrUnread, type RepositoryFile } from './repository-file.ts';

export interface PublishDeps {
  readonly db: Database;
  readonly github: Pick<GitHub, 'installation' | 'webUrl'>;
  readonly appId: number;
  /** The address that people use. */
  readonly publicUrl: string | undefined;
  readonly read: ReadRepository;
}

/**
 * Brings the check run of a head up to date. Whatever it is called for, and however often, the run says how things are
 * now; a head that no pull request has any more is left as it is.
 */
export async function publishCheckRun(deps: PublishDeps, head: CheckedHead): Promise<void> {
  const { db, github, appId, publicUrl, read } = deps;
  const { tenantId } = head;
  const target = await withTenant(db, tenantId, (trx) => findTarget(trx, head));
  if (!target) return;
  const { installationId, ...place } = target;
  const client = github.installation({ tenantId, installationId }, { priority: 'live' });
  const file = await fileOrUnread(() => read.settings(client, { tenantId, ...place }));
  const rules = await readFiles(client, head, { db, read, place });
  const places = { webUrl: github.webUrl, publicUrl };
  const outgoing = await withTenant(db, tenantId, (trx) => prepare(trx, head, { file, rules, places }));
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

interface Written {
  readonly file: RepositoryFile;
  readonly rules: FileRules | null;
  readonly places: Places;
}

async function prepare(trx: Trx, head: CheckedHead, { file, rules, places }: Written): Promise<Outgoing | null> {
  const now = new Date();
  const standing = await findStanding(trx, head);
  const facts = await readCheckFacts(trx, head, { now, file, rules });
  if (!facts) {
    await recordLeft(trx, head);
    return null;
  }
  const summary = evaluate(facts);
  const content = render(summary, places, now);
  const hash = hashOf(content);
  const said = { ...summary, ...content };
  const sending = await beginSending(trx, head, { ...summary, hash, standing, said, quiet: summary.state === 'off' });
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
