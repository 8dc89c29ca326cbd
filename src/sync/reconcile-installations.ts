import { sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '../../db/connection.ts';
import { enterTenant, leaveTenant, type Trx, withTenant } from '../../db/tenant.ts';
import { NotFoundError } from '../errors.ts';
import { installation, installationFact } from '../events/payload-installation.ts';
import { id, name } from '../events/payload-values.ts';
import { applyFacts } from '../facts/apply.ts';
import type { Facts } from '../facts/facts.ts';
import type { AppClient } from '../github/github.ts';
import type { Queue } from '../queue.ts';
import { startBackfill } from './start-backfill.ts';

const listed = installation.extend({
  account: z.object({ id, login: name.nullish(), type: z.string().nullish() }).nullish(),
});
type ListedInstallation = z.output<typeof listed>;

interface Account {
  readonly id: number;
  readonly login: string;
  readonly type: string;
}

export interface ReconcileInstallations {
  readonly app: AppClient;
  readonly appId: number;
  readonly queue: Queue;
}

/**
 * Brings the stored installations in line with GitHub's list: those that were made, suspended, given other permissions
 * or deleted while nobody told us.
 * @returns the tenants that can be looked into
 */
export async function reconcileInstallations(db: Database, deps: ReconcileInstallations): Promise<number[]> {
  const startedAt = new Date().toISOString();
  const living = new Set<number>();
  const tenants: number[] = [];
  const pages = deps.app.restPages({
    route: 'GET /app/installations',
    parameters: { per_page: 100 },
    data: z.array(listed),
  });
  for await (const page of pages) {
    for (const one of page) {
      living.add(one.id);
      const account = accountOf(one);
      if (!account) continue;
      await reconcileListed(db, { account, listed: one, startedAt }, deps.queue);
      if (!one.suspended_at) tenants.push(account.id);
    }
  }
  for await (const stored of listLiving(db, { appId: deps.appId, startedAt })) {
    if (!living.has(stored.installationId)) await removeIfGone(db, { ...stored, startedAt }, deps.app);
  }
  return tenants;
}

/** An enterprise is no tenant. */
function accountOf({ account }: ListedInstallation): Account | undefined {
  const type = account?.type;
  if (!account?.login || (type !== 'Organization' && type !== 'User')) return undefined;
  return { id: account.id, login: account.login, type };
}

interface Listed {
  readonly account: Account;
  readonly listed: ListedInstallation;
  readonly startedAt: string;
}

type Difference = 'none' | 'new' | 'unsuspended' | 'changed';

/** What agrees is left as it is. What differs is told as of the list's start: GitHub's own time does not always move. */
function reconcileListed(db: Database, { account, listed, startedAt }: Listed, queue: Queue): Promise<void> {
  const { id: tenantId, login, type } = account;
  const { observed, ...fact } = installationFact(listed, { action: 'listed', receivedAt: startedAt });
  return db.transaction().execute(async (trx) => {
    await enterTenant(trx, tenantId);
    const difference = await compareInstallation(trx, tenantId, listed);
    const facts: Facts[] = [];
    if (await hasOtherLogin(trx, tenantId, login))
      facts.push({ tenants: [{ observed: { at: startedAt, login, type } }] });
    if (difference !== 'none' && observed) {
      facts.push({ installations: [{ ...fact, observed: { ...observed, at: startedAt } }] });
    }
    if (facts.length > 0) await applyFacts(trx, tenantId, facts);
    await leaveTenant(trx);
    if (difference === 'new') await startBackfill(trx, { tenantId, reason: 'installation', floor: 'gap' }, { queue });
    if (difference === 'unsuspended') {
      await startBackfill(trx, { tenantId, reason: 'unsuspend', floor: 'gap' }, { queue });
    }
  });
}

async function hasOtherLogin(trx: Trx, tenantId: number, login: string): Promise<boolean> {
  const { rows } = await sql`
    select from tenants where tenant_id = ${tenantId} and login = ${login}`.execute(trx);
  return rows.length === 0;
}

async function compareInstallation(trx: Trx, tenantId: number, listed: ListedInstallation): Promise<Difference> {
  const { rows } = await sql<{ same: boolean; suspended: boolean }>`
    select suspended_at is not null as suspended,
      repository_selection is not distinct from ${listed.repository_selection ?? null}
      and permissions is not distinct from ${JSON.stringify(listed.permissions ?? null)}::jsonb
      and coalesce(events, '{}') @> ${listed.events ?? []}::text[]
      and coalesce(events, '{}') <@ ${listed.events ?? []}::text[]
      and suspended_at is not distinct from ${listed.suspended_at ?? null}::timestamptz as same
    from installations where tenant_id = ${tenantId} and installation_id = ${listed.id}`.execute(trx);
  const [stored] = rows;
  if (!stored) return 'new';
  if (stored.same) return 'none';
  return stored.suspended && !listed.suspended_at ? 'unsuspended' : 'changed';
}

interface StoredInstallation {
  readonly tenantId: number;
  readonly installationId: number;
}

const PAGE = 500;

/** Those of this App that were there when the list was begun. Of another App's nothing is known here. */
async function* listLiving(
  db: Database,
  { appId, startedAt }: { appId: number; startedAt: string },
): AsyncIterable<StoredInstallation> {
  for (let after = -1, more = true; more; ) {
    const { rows: tenants } = await sql<{ tenant_id: number }>`
      select tenant_id from tenants where tenant_id > ${after} order by tenant_id limit ${PAGE}`.execute(db);
    for (const { tenant_id: tenantId } of tenants) {
      const living = await withTenant(db, tenantId, async (trx) => {
        const { rows } = await sql<{ installation_id: number }>`
          select installation_id from installations
          where tenant_id = ${tenantId} and deleted_at is null and coalesce(app_id, ${appId}) = ${appId}
            and observed_at < ${startedAt}`.execute(trx);
        return rows;
      });
      for (const { installation_id: installationId } of living) yield { tenantId, installationId };
    }
    after = tenants.at(-1)?.tenant_id ?? after;
    more = tenants.length === PAGE;
  }
}

/** A deletion is for good, so it is asked for by itself. */
async function removeIfGone(
  db: Database,
  { tenantId, installationId, startedAt }: StoredInstallation & { startedAt: string },
  app: AppClient,
): Promise<void> {
  if (await exists(app, installationId)) return;
  await withTenant(db, tenantId, async (trx) => {
    const { rows: others } = await sql`
      select from installations
      where tenant_id = ${tenantId} and deleted_at is null and installation_id <> ${installationId}`.execute(trx);
    const { rows: repositories } = await sql<{ repository_id: number }>`
      select repository_id from repositories where tenant_id = ${tenantId} and installed`.execute(trx);
    const installed = { at: startedAt, installed: false };
    await applyFacts(trx, tenantId, [
      { installations: [{ installation_id: installationId, deleted_at: startedAt }] },
      // Installed again in the meantime, they may be seen by the new installation.
      others.length > 0
        ? {}
        : { repositories: repositories.map(({ repository_id }) => ({ repository_id, installed })) },
    ]);
  });
}

async function exists(app: AppClient, installationId: number): Promise<boolean> {
  try {
    await app.rest({
      route: 'GET /app/installations/{installation_id}',
      parameters: { installation_id: installationId },
      data: z.object({ id }),
    });
    return true;
  } catch (error) {
    if (error instanceof NotFoundError) return false;
    throw error;
  }
}
