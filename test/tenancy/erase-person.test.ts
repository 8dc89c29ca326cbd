import { zstdDecompressSync } from 'node:zlib';
import { sql } from 'kysely';
import { beforeAll, describe, expect, it } from 'vitest';
import { withTenant } from '../../db/tenant.ts';
import { applyFacts } from '../../src/facts/apply.ts';
import { recomputeAll } from '../../src/metrics/derive/recompute.ts';
import { anyMetricNames, queryAnyMetric } from '../../src/metrics/query/any-metric.ts';
import { incidentReportFacts } from '../../src/reports/incident-report.ts';
import { startBackfill } from '../../src/sync/start-backfill.ts';
import { recordAudit } from '../../src/tenancy/audit-log.ts';
import { eraseFromDeliveries } from '../../src/tenancy/erase-deliveries.ts';
import { erasePerson } from '../../src/tenancy/erase-person.ts';
import { verifyAuditLog } from '../../src/tenancy/verify-audit-log.ts';
import { query } from '../support/embedded-process.ts';
import { createSyncedOrg } from '../support/synced-org.ts';
import { listTables } from '../support/tenant-tables.ts';

const size = { repositories: 2, people: 5, days: 60, commits: 15, pulls: 8, issues: 4, releases: 3, deployments: 4 };
const org = await createSyncedOrg(7, { ...size, workflowRuns: 2 });
const { db, standIn, tenantId, queue, superuserUrl } = org;
const actor = { name: 'acme-owner', address: null, userAgent: null };
const [repository] = org.organization.repositories;
if (!repository) throw new Error('repositories were asked for');

interface Person {
  readonly id: number;
  readonly login: string;
  readonly emails: readonly string[];
}

/** Who has opened the most pull requests of those whose person is not the last owner. */
async function findPerson(): Promise<Person> {
  const rows = await withTenant(db, tenantId, async (trx) => {
    const found = await sql<Person>`
      select c.contributor_id as id, c.login, array(
        select email from contributor_emails e where e.tenant_id = c.tenant_id and e.contributor_id = c.contributor_id) as emails
      from contributors c join pull_requests p on p.tenant_id = c.tenant_id and p.author_id = c.contributor_id
      where c.tenant_id = ${tenantId} and c.type = 'User' and not exists (
        select from members m where m.tenant_id = c.tenant_id and m.user_id = c.contributor_id and m.role = 'owner')
      group by 1, 2, 3 order by count(*) desc, 1 limit 1`.execute(trx);
    return found.rows;
  });
  const [row] = rows;
  if (!row) throw new Error('there are people');
  return row;
}

async function readMetrics(): Promise<unknown> {
  const asked = {
    tenantId,
    from: new Date('2025-12-01'),
    to: new Date('2026-03-02'),
    timeZone: 'UTC',
    step: 'week',
  } as const;
  return withTenant(db, tenantId, async (trx) => {
    const results: unknown[] = [];
    for (const name of anyMetricNames) results.push(await queryAnyMetric(trx, { name }, asked));
    return results;
  });
}

/** Everything that is stored, a text for each row, with what deliveries hold. */
async function readEverything(): Promise<string[]> {
  const texts: string[] = [];
  for (const table of await listTables(org.url)) {
    const rows = await query(superuserUrl, `select '${table} ' || (to_jsonb(t) - 'body')::text as row from ${table} t`);
    texts.push(...rows.map((row) => JSON.stringify(row)));
  }
  const bodies = await sql<{ body: Buffer }>`select body from deliveries`.execute(db);
  return [...texts, ...bodies.rows.map(({ body }) => `deliveries.body ${zstdDecompressSync(body).toString()}`)];
}

/** Branches keep their names; everything else must not tell. */
async function tracesOf({ id, login, emails }: Person): Promise<string[]> {
  const words = [login, ...emails].map((word) => word.replace(/[.+[\]]/g, '\\$&')).join('|');
  const told = new RegExp(
    `(?<![\\w-])(?:${words})(?![\\w-])|"(?:author|user|contributor|creator|actor|merged_by)_id\\\\*": ${id}\\b`,
    'i',
  );
  return (await readEverything())
    .filter((text) => told.test(text))
    .map((text) => `${told.exec(text)?.[0]} ${text.slice(0, 300)}`);
}

let person: Person;
let before: unknown;

beforeAll(async () => {
  await org.reconcile();
  await standIn.change.issues.openIssue(repository);
  await org.recoverMissed();
  await org.applyDeliveries();
  await recomputeAll(db, tenantId);
  person = await findPerson();
  await withTenant(db, tenantId, (trx) =>
    sql`update pull_requests set body = ${`thanks @${person.login}, see ${person.emails[0]}`}
      where tenant_id = ${tenantId} and number = 1`.execute(trx),
  );
  const told = { id: 'PD-1', title: `@${person.login} is paged`, url: null, openedAt: new Date('2020-01-01') };
  const names = { deploymentId: null, pull: null, sha: null };
  const report = incidentReportFacts(repository.id, { ...told, closedAt: null, names, updatedAt: new Date() });
  await withTenant(db, tenantId, (trx) => applyFacts(trx, tenantId, [report]));
  await recomputeAll(db, tenantId);
  await withTenant(db, tenantId, (trx) =>
    recordAudit(trx, {
      tenantId,
      actor: { name: person.login, address: '203.0.113.9', userAgent: 'curl' },
      action: 'token.create',
      target: `member ${person.login}`,
      before: null,
      after: { login: person.login },
    }),
  );
  before = await readMetrics();
});

describe('a person who is erased', () => {
  it('is nowhere any more, and every number is as before', async () => {
    expect((await tracesOf(person)).length).toBeGreaterThan(20);
    const erasure = await withTenant(db, tenantId, (trx) =>
      erasePerson(trx, tenantId, { contributorId: person.id, actor }),
    );
    expect(erasure?.contributor_id).toBeGreaterThan(2 ** 52);
    await eraseFromDeliveries(db, tenantId, new AbortController().signal);
    expect(await tracesOf(person)).toEqual([]);
    expect(await readMetrics()).toEqual(before);
    await recomputeAll(db, tenantId);
    expect(await readMetrics()).toEqual(before);
  });

  it('leaves a receipt in an audit log that is whole', async () => {
    const log = await withTenant(db, tenantId, async (trx) => {
      const { rows } = await sql`select action, actor, address, target, after from audit_log
        where tenant_id = ${tenantId} order by entry_id`.execute(trx);
      return { rows, verified: await verifyAuditLog(trx, tenantId) };
    });
    expect(log.verified).toEqual({ entries: 2, prunedTo: 0, broken: undefined });
    expect(log.rows).toEqual([
      expect.objectContaining({ action: 'token.create', actor: expect.stringMatching(/^erased-/), address: null }),
      expect.objectContaining({
        action: 'contributor.erase',
        actor: 'acme-owner',
        after: { accounts: 1, redacted_entries: [1] },
      }),
    ]);
  });

  it('does not come back with a backfill', async () => {
    await db.transaction().execute((trx) => startBackfill(trx, { tenantId, reason: 'request' }, { queue }));
    await org.sync();
    await org.closeGaps();
    await recomputeAll(db, tenantId);
    expect(await tracesOf(person)).toEqual([]);
    expect(await readMetrics()).toEqual(before);
  });

  it('is not in the data of a later webhook, nor in its body a night later', async () => {
    const known = standIn.truth.people.find(({ login }) => login === person.login);
    if (!known) throw new Error('GitHub knows the person');
    await standIn.change.issues.openIssue(repository, { author: known });
    await org.recoverMissed();
    await org.applyDeliveries();
    const traces = await tracesOf(person);
    expect(traces.length).toBeGreaterThan(0);
    expect(traces.filter((text) => !text.includes('deliveries.body'))).toEqual([]);
    await eraseFromDeliveries(db, tenantId, new AbortController().signal);
    expect(await tracesOf(person)).toEqual([]);
  });
});
