import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { withTenant } from '../../db/tenant.ts';
import { createSyncedOrg } from '../support/synced-org.ts';

const org = await createSyncedOrg(7, {
  repositories: 3,
  people: 6,
  days: 60,
  commits: 12,
  pulls: 4,
  issues: 5,
  releases: 3,
  deployments: 3,
  workflowRuns: 2,
});
const { standIn, organization, installation, tenantId, db } = org;
const [shop, billing, docs] = organization.repositories;
if (!shop || !billing || !docs) throw new Error('three repositories were asked for');

const rows = (query: ReturnType<typeof sql>) =>
  withTenant(db, tenantId, async (trx) => (await query.execute(trx)).rows as Record<string, unknown>[]);

const repositoryRow = async (id: number) =>
  (await rows(sql`select * from repositories where tenant_id = ${tenantId} and repository_id = ${id}`))[0];

const later = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString().replace(/\.\d+Z/, 'Z');
const counts = () =>
  rows(sql`
    select r.full_name, k.entity, k.stored, k.total from count_checks k join repositories r using (tenant_id, repository_id)
    where k.tenant_id = ${tenantId} and k.stored <> k.total`);

const installationRow = async () =>
  (await rows(sql`select * from installations where tenant_id = ${tenantId} order by installation_id desc limit 1`))[0];

describe('a nightly reconciliation', () => {
  it('finds an installation that nobody told of, and brings in all that it has', async () => {
    await org.reconcile();
    expect(await rows(sql`select login from tenants where tenant_id = ${tenantId}`)).toEqual([{ login: 'acme' }]);
    for (const repository of organization.repositories) {
      const [stored] = await rows(sql`
        select (select count(*) from issues i where i.tenant_id = ${tenantId} and i.repository_id = ${repository.id}) as issues,
          (select count(*) from pull_requests p where p.tenant_id = ${tenantId} and p.repository_id = ${repository.id}) as pulls`);
      expect(stored).toEqual({ issues: repository.issues.length, pulls: repository.pulls.length });
    }
    expect(await counts()).toEqual([]);
    expect(await rows(sql`select entity from count_checks where tenant_id = ${tenantId}`)).toHaveLength(18);
  });

  it('makes good a list of repositories that was given up', async () => {
    const list = sql`tenant_id = ${tenantId} and repository_id = 0`;
    await rows(sql`update sync_cursors set state = 'failed', error = 'GitHub was down' where ${list}`);
    await org.reconcile();
    expect(await rows(sql`select state, error from sync_cursors where ${list}`)).toEqual([
      { state: 'done', error: null },
    ]);
  });

  it('asks for little when nothing has changed', async () => {
    const before = standIn.requests.length;
    const points = standIn.points;
    await org.reconcile();
    const asked = standIn.requests.slice(before).filter(({ path }) => !path.endsWith('/access_tokens'));
    expect(asked.map(({ path }) => path)).toEqual(['/app/installations', '/installation/repositories', '/graphql']);
    expect(standIn.points - points).toBe(1);
  });

  it('finds what was renamed, archived, made private, and moved to another default branch', async () => {
    shop.name = 'store';
    billing.archived = true;
    docs.private = !docs.private;
    docs.branches.set('next', docs.branches.get(docs.defaultBranch) ?? '');
    docs.defaultBranch = 'next';
    await org.reconcile();
    expect(await repositoryRow(shop.id)).toMatchObject({ full_name: 'acme/store' });
    expect(await repositoryRow(billing.id)).toMatchObject({ archived: true });
    expect(await repositoryRow(docs.id)).toMatchObject({ private: docs.private, default_branch: 'next' });
  });

  it('brings in what came since, and what changed', async () => {
    const [issue] = shop.issues;
    const [pull] = billing.pulls;
    if (!issue || !pull) throw new Error('there are issues and pull requests');
    issue.title = 'Edited while nobody told us';
    issue.updatedAt = later(0);
    pull.labels = ['edited'];
    pull.updatedAt = later(0);
    shop.issues.push({ ...issue, id: standIn.truth.nextId(), number: shop.nextNumber(), title: 'New', labels: [] });
    await org.reconcile();
    expect(
      await rows(sql`select title from issues where tenant_id = ${tenantId} and title ~ 'Edited|New'`),
    ).toHaveLength(2);
    expect(
      await rows(sql`
        select labels from pull_requests
        where tenant_id = ${tenantId} and repository_id = ${billing.id} and number = ${pull.number}`),
    ).toEqual([{ labels: ['edited'] }]);
    expect(await counts()).toEqual([]);
  });

  it('removes issues, releases and branches that GitHub does not have any more', async () => {
    const [issue] = billing.issues.splice(1, 1);
    const [release] = billing.releases.splice(0, 1);
    docs.branches.delete('next');
    docs.defaultBranch = 'main';
    await org.reconcile();
    expect(
      await rows(sql`select number from issues
        where tenant_id = ${tenantId} and repository_id = ${billing.id} and deleted_at is not null`),
    ).toEqual([{ number: issue?.number }]);
    expect(
      await rows(sql`select release_id from releases
        where tenant_id = ${tenantId} and repository_id = ${billing.id} and deleted_at is not null`),
    ).toEqual([{ release_id: release?.id }]);
    expect(
      await rows(sql`select name from branches
        where tenant_id = ${tenantId} and repository_id = ${docs.id} and deleted_at is not null`),
    ).toEqual([{ name: 'next' }]);
    expect(await counts()).toEqual([]);
  });

  it('finds a repository that was deleted or transferred, and one that came back', async () => {
    organization.repositories.splice(organization.repositories.indexOf(docs), 1);
    await org.reconcile();
    expect(await repositoryRow(docs.id)).toMatchObject({ installed: false, deleted_at: expect.any(Date) });
    organization.repositories.push(docs);
    await org.reconcile();
    expect(await repositoryRow(docs.id)).toMatchObject({ installed: true, deleted_at: null });
  });

  it('knows a repository that was taken from the app from one that is gone', async () => {
    installation.repositorySelection = 'selected';
    for (const { id } of [shop, billing]) installation.selected.add(id);
    await org.reconcile();
    expect(await repositoryRow(docs.id)).toMatchObject({ installed: false, deleted_at: null });
    installation.repositorySelection = 'all';
    await org.reconcile();
    expect(await repositoryRow(docs.id)).toMatchObject({ installed: true, deleted_at: null });
  });

  it('reads what is missing from the beginning when the latest does not bring it', async () => {
    const [issue] = shop.issues;
    await withTenant(db, tenantId, (trx) =>
      sql`delete from issues where tenant_id = ${tenantId} and repository_id = ${shop.id}`.execute(trx),
    );
    expect(issue).toBeDefined();
    await org.reconcile();
    expect(await counts()).toEqual([]);
    expect(
      await rows(sql`select number from issues where tenant_id = ${tenantId} and repository_id = ${shop.id}`),
    ).toHaveLength(shop.issues.length);
  });
});

describe('an installation', () => {
  it('that was given other permissions is found', async () => {
    installation.permissions = { ...installation.permissions, issues: 'write' };
    await org.reconcile();
    expect(await installationRow()).toMatchObject({ permissions: expect.objectContaining({ issues: 'write' }) });
  });

  it('that may not read issues any more is compared in what it may read', async () => {
    const { issues: _, ...rest } = installation.permissions;
    installation.permissions = rest;
    shop.issues.pop();
    await org.reconcile();
    expect(await counts()).toEqual([]);
    installation.permissions = { ...rest, issues: 'read' };
    await org.reconcile();
    expect(await counts()).toEqual([]);
  });

  it('that was suspended is left alone, and is read again when it is not any more', async () => {
    installation.suspendedAt = later(-1);
    await org.reconcile();
    expect(await installationRow()).toMatchObject({ suspended_at: expect.any(Date) });
    const [issue] = shop.issues;
    if (!issue) throw new Error('there is an issue');
    issue.title = 'Changed while suspended';
    issue.updatedAt = later(0);
    installation.suspendedAt = null;
    await org.reconcile();
    expect(await installationRow()).toMatchObject({ suspended_at: null });
    const changed = sql`select number from issues where tenant_id = ${tenantId} and title = 'Changed while suspended'`;
    expect(await rows(changed)).toEqual([{ number: issue.number }]);
  });

  it('that was deleted is found, its data stays, and a new one goes on with it', async () => {
    installation.deletedAt = later(0);
    await org.reconcile();
    expect(await installationRow()).toMatchObject({ deleted_at: expect.any(Date) });
    expect(await repositoryRow(shop.id)).toMatchObject({ installed: false, deleted_at: null });
    const again = standIn.truth.install(organization, { at: later(0) });
    await org.reconcile();
    expect(await installationRow()).toMatchObject({ installation_id: again.id, deleted_at: null });
    expect(await repositoryRow(shop.id)).toMatchObject({ installed: true });
    expect(await counts()).toEqual([]);
  });
});

describe('what was asked of GitHub', () => {
  it('is what its descriptions allow', () => {
    expect(standIn.violations).toEqual([]);
    expect(standIn.checked).toBeGreaterThan(50);
  });
});
