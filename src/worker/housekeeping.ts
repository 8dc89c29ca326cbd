import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import { withTenant } from '../../db/tenant.ts';
import type { Logger } from '../logging.ts';
import type { Queue } from '../queue.ts';
import { eraseFromDeliveries } from '../tenancy/erase-deliveries.ts';
import { forgetDeliveries } from '../tenancy/forget-deliveries.ts';
import { forgetKeys, NO_TENANT } from '../tenancy/idempotency-keys.ts';
import { measureStorage } from '../tenancy/measure-storage.ts';
import { measureUsage } from '../tenancy/meter-usage.ts';
import { pruneAuditLog } from '../tenancy/prune-audit-log.ts';
import { resolveTxt, verifyDueDomain } from '../tenancy/verify-domain.ts';
import { type RecurringJob, startRecurringJob } from './recurring-job.ts';

export interface HousekeepingOptions {
  readonly db: Database;
  readonly queue: Queue;
  readonly log: Logger;
}

/** Starts the jobs that look after what is stored, tenant by tenant. */
export async function startHousekeeping(options: HousekeepingOptions): Promise<{ stop(): Promise<void> }> {
  const stops: (() => Promise<void>)[] = [];
  for (const job of jobs(options)) stops.push(await startRecurringJob(options.queue, job, options));
  return {
    stop: async () => {
      await Promise.all(stops.map((stop) => stop()));
    },
  };
}

function jobs({ db }: HousekeepingOptions): RecurringJob[] {
  return [
    ofEachTenant(db, {
      name: 'measure-usage',
      cron: '7 * * * *',
      work: (tenantId) => withTenant(db, tenantId, (trx) => measureUsage(trx, tenantId, {})),
    }),
    ofEachTenant(db, {
      name: 'verify-domains',
      cron: '*/10 * * * *',
      work: (tenantId) => verifyDueDomain(db, tenantId, { resolve: resolveTxt }),
    }),
    ofEachTenant(db, {
      name: 'forget-deliveries',
      cron: '41 4 * * *',
      work: (tenantId) => forgetDeliveries(db, tenantId),
    }),
    // Deliveries go on telling of those who go on working; a night later they do not any more.
    ofEachTenant(db, {
      name: 'erase-new-deliveries',
      cron: '33 4 * * *',
      work: (tenantId, signal) => eraseFromDeliveries(db, tenantId, signal),
    }),
    ofEachTenant(db, {
      name: 'prune-audit-log',
      cron: '53 4 * * *',
      work: (tenantId) => pruneAuditLog(db, tenantId),
    }),
    ofEachTenant(db, {
      name: 'forget-idempotency-keys',
      cron: '21 * * * *',
      work: (tenantId) => withTenant(db, tenantId, (trx) => forgetKeys(trx, tenantId)),
      first: () => withTenant(db, NO_TENANT, (trx) => forgetKeys(trx, NO_TENANT)),
    }),
    ofEachTenant(db, {
      name: 'measure-storage',
      cron: '11 5 * * *',
      work: async (tenantId) => {
        const storageBytes = await measureStorage(db, tenantId);
        await withTenant(db, tenantId, (trx) => measureUsage(trx, tenantId, { storageBytes }));
      },
    }),
  ];
}

interface TenantJob extends Omit<RecurringJob, 'run'> {
  readonly work: (tenantId: number, signal: AbortSignal) => Promise<unknown>;
  /** What is of none. */
  readonly first?: () => Promise<unknown>;
}

function ofEachTenant(db: Database, { name, cron, work, first }: TenantJob): RecurringJob {
  return {
    name,
    cron,
    run: async (signal) => {
      await first?.();
      const { rows } = await sql<{ tenant_id: number }>`select tenant_id from tenants order by tenant_id`.execute(db);
      for (const { tenant_id } of rows) {
        if (signal.aborted) return;
        await work(tenant_id, signal);
      }
    },
  };
}
