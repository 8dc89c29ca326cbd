import { Kysely, PostgresDialect } from 'kysely';
import { type Migration, type MigrationResultSet, Migrator, NO_MIGRATIONS } from 'kysely/migration';
import { connectPool } from './connection.ts';
import * as tenants from './migrations/0001-tenants.ts';
import * as repositoryFacts from './migrations/0002-repository-facts.ts';
import * as deliveryFacts from './migrations/0003-delivery-facts.ts';
import * as deliveries from './migrations/0004-deliveries.ts';
import * as sync from './migrations/0005-sync.ts';
import * as access from './migrations/0006-access.ts';
import * as metrics from './migrations/0007-metrics.ts';
import * as rateLimits from './migrations/0008-rate-limits.ts';
import * as recovery from './migrations/0009-recovery.ts';
import * as marksAndAudit from './migrations/0010-marks-and-audit.ts';
import * as firstDeployments from './migrations/0014-first-deployments.ts';
import * as teamHistory from './migrations/0015-team-history.ts';
import * as reports from './migrations/0016-reports.ts';
import * as matchedDeployments from './migrations/0017-matched-deployments.ts';
import * as identity from './migrations/0018-identity.ts';
import * as auditChain from './migrations/0019-audit-chain.ts';
import * as erasure from './migrations/0020-erasure.ts';
import * as plans from './migrations/0021-plans.ts';
import * as checkRuns from './migrations/0022-check-runs.ts';
import * as shippedBy from './migrations/0023-shipped-by.ts';
import * as pushes from './migrations/0024-pushes.ts';
import * as shares from './migrations/0025-shares.ts';
import * as mergedContributors from './migrations/0026-merged-contributors.ts';
import * as idempotency from './migrations/0027-idempotency.ts';
import * as encryptionKeys from './migrations/0028-encryption-keys.ts';
import * as tokenAddresses from './migrations/0029-token-addresses.ts';
import * as pullRequestFiles from './migrations/0030-pull-request-files.ts';
import * as readLines from './migrations/0031-read-lines.ts';
import * as saidCheckRuns from './migrations/0032-said-check-runs.ts';
import * as fastNumbers from './migrations/0033-fast-numbers.ts';
import * as touchedFacts from './migrations/0034-touched-facts.ts';
import * as mergedHeads from './migrations/0035-merged-heads.ts';

const migrations: Record<string, Migration> = {
  '0001-tenants': tenants,
  '0002-repository-facts': repositoryFacts,
  '0003-delivery-facts': deliveryFacts,
  '0004-deliveries': deliveries,
  '0005-sync': sync,
  '0006-access': access,
  '0007-metrics': metrics,
  '0008-rate-limits': rateLimits,
  '0009-recovery': recovery,
  '0010-marks-and-audit': marksAndAudit,
  '0014-first-deployments': firstDeployments,
  '0015-team-history': teamHistory,
  '0016-reports': reports,
  '0017-matched-deployments': matchedDeployments,
  '0018-identity': identity,
  '0019-audit-chain': auditChain,
  '0020-erasure': erasure,
  '0021-plans': plans,
  '0022-check-runs': checkRuns,
  '0023-shipped-by': shippedBy,
  '0024-pushes': pushes,
  '0025-shares': shares,
  '0026-merged-contributors': mergedContributors,
  '0027-idempotency': idempotency,
  '0028-encryption-keys': encryptionKeys,
  '0029-token-addresses': tokenAddresses,
  '0030-pull-request-files': pullRequestFiles,
  '0031-read-lines': readLines,
  '0032-said-check-runs': saidCheckRuns,
  '0033-fast-numbers': fastNumbers,
  '0034-touched-facts': touchedFacts,
  '0035-merged-heads': mergedHeads,
};

/** Brings the schema up to date. @returns the names of the migrations that it ran, oldest first */
export function migrateToLatest(url: string): Promise<string[]> {
  return withMigrator(url, (migrator) => migrator.migrateToLatest());
}

/** Takes every migration back. For tests: in production the schema only goes forward. */
export function migrateToNothing(url: string): Promise<string[]> {
  return withMigrator(url, (migrator) => migrator.migrateTo(NO_MIGRATIONS));
}

/** @returns the names of the migrations that have not run yet */
export async function listPendingMigrations(url: string): Promise<string[]> {
  const db = ownerConnection(url);
  try {
    const all = await migratorOn(db).getMigrations();
    return all.filter((migration) => !migration.executedAt).map((migration) => migration.name);
  } finally {
    await db.destroy();
  }
}

async function withMigrator(url: string, run: (migrator: Migrator) => Promise<MigrationResultSet>): Promise<string[]> {
  const db = ownerConnection(url);
  try {
    const { error, results = [] } = await run(migratorOn(db));
    if (error) throw error;
    return results.map((result) => result.migrationName);
  } finally {
    await db.destroy();
  }
}

function ownerConnection(url: string): Kysely<unknown> {
  return new Kysely<unknown>({ dialect: new PostgresDialect({ pool: connectPool({ url, max: 1 }) }) });
}

function migratorOn(db: Kysely<unknown>): Migrator {
  return new Migrator({ db, provider: { getMigrations: async () => migrations } });
}
