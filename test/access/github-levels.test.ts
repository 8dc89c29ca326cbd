import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { withTenant } from '../../db/tenant.ts';
import { recordAccessReads } from '../../src/access/access-reads.ts';
import { recordDifferences } from '../../src/access/record-differences.ts';
import { updateAccess } from '../../src/access/update-access.ts';
import { updateMembers } from '../../src/access/update-members.ts';
import { applyFacts } from '../../src/facts/apply.ts';
import type { Facts } from '../../src/facts/facts.ts';
import { repositoryFact } from '../support/api.ts';
import { createTestDatabase } from '../support/database.ts';

const { db } = await createTestDatabase();
const SHOP = 11;
const [ANN, BEN] = [101, 102];
const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();

function collaborator(user_id: number, minute: number, permission: string | null): Facts {
  const observed = { at: at(minute), permission, removed_at: permission === null ? at(minute) : null };
  return { repository_collaborators: [{ repository_id: SHOP, user_id, observed }] };
}

interface Reading {
  readonly type?: string;
  readonly facts: readonly Facts[];
  /** What GitHub said of everybody, when asked at minute 5. */
  readonly levels: readonly { databaseId: number; level: string }[];
}

async function read(tenantId: number, { type = 'Organization', facts, levels }: Reading): Promise<unknown[]> {
  return withTenant(db, tenantId, async (trx) => {
    const tenant: Facts = { tenants: [{ observed: { at: at(0), login: `account-${tenantId}`, type } }] };
    await applyFacts(trx, tenantId, [tenant, repositoryFact(SHOP, 'acme/shop'), ...facts]);
    await recordAccessReads(trx, tenantId, [{ scope: 'collaborators', repositoryId: SHOP, at: at(5), reason: null }]);
    await recordDifferences(trx, tenantId, { repositoryId: SHOP, at: at(5), levels });
    await updateAccess(trx, tenantId, { repositories: [SHOP] });
    await updateMembers(trx, tenantId, 'all');
    const { rows } = await sql`
      select a.user_id, level, path, github_level, m.role from repository_access a
      left join members m on m.tenant_id = ${tenantId} and m.user_id = a.user_id and m.removed_at is null
      where a.tenant_id = ${tenantId} and valid_to is null order by a.user_id`.execute(trx);
    return rows;
  });
}

describe("GitHub's word", () => {
  it('goes before what the grants come to, also where it is none', async () => {
    const facts = [collaborator(ANN, 1, 'read'), collaborator(BEN, 1, 'write')];
    expect(await read(1, { facts, levels: [{ databaseId: ANN, level: 'admin' }] })).toEqual([
      { user_id: ANN, level: 'admin', path: null, github_level: 'admin', role: 'viewer' },
      { user_id: BEN, level: 'none', path: null, github_level: 'none', role: 'viewer' },
    ]);
  });

  it('is not taken for grants that an event has changed since', async () => {
    const facts = [collaborator(ANN, 6, 'admin'), collaborator(BEN, 1, 'write'), collaborator(BEN, 7, null)];
    const levels = [
      { databaseId: ANN, level: 'read' },
      { databaseId: BEN, level: 'write' },
    ];
    expect(await read(2, { facts, levels })).toEqual([
      { user_id: ANN, level: 'admin', path: 'direct', github_level: null, role: 'viewer' },
    ]);
  });

  it('holds no longer than the grants come to the same', async () => {
    await read(3, { facts: [collaborator(ANN, 1, 'read')], levels: [{ databaseId: ANN, level: 'admin' }] });
    const rows = await withTenant(db, 3, async (trx) => {
      await applyFacts(trx, 3, [collaborator(ANN, 8, 'write')]);
      await updateAccess(trx, 3, { people: [ANN] });
      return sql`select level, path from repository_access where tenant_id = 3 and valid_to is null`.execute(trx);
    });
    expect(rows.rows).toEqual([{ level: 'write', path: 'direct' }]);
  });
});

describe("a person's account", () => {
  it('owns its repositories, and has collaborators', async () => {
    const owner = 500;
    const levels = [
      { databaseId: owner, level: 'admin' },
      { databaseId: ANN, level: 'write' },
    ];
    expect(await read(owner, { type: 'User', facts: [collaborator(ANN, 1, 'write')], levels })).toEqual([
      { user_id: ANN, level: 'write', path: 'direct', github_level: null, role: 'viewer' },
      { user_id: owner, level: 'admin', path: 'owner', github_level: null, role: 'owner' },
    ]);
  });
});
