import { sql } from 'kysely';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { withTenant } from '../../db/tenant.ts';
import { mapEvent } from '../../src/events/map-event.ts';
import { applyFacts } from '../../src/facts/apply.ts';
import { HYDRATE, sendHydrate } from '../../src/queue.ts';
import { hydrate } from '../../src/worker/hydrate-jobs.ts';
import type { Repository } from '../support/github/truth/repository.ts';
import { createSyncedOrg } from '../support/synced-org.ts';

let org: Awaited<ReturnType<typeof createSyncedOrg>>;
let repository: Repository;
let place: { tenantId: number; repositoryId: number };

beforeAll(async () => {
  org = await createSyncedOrg(3, { repositories: 1, people: 4, commits: 20, pulls: 3 });
  const [first] = org.organization.repositories;
  if (!first) throw new Error('the organization has no repository');
  repository = first;
  place = { tenantId: org.tenantId, repositoryId: repository.id };
  await org.reconcile();
});
beforeEach(() => {
  org.standIn.hook.webhooks.length = 0;
});

/** Stores what the webhooks say that GitHub has made since the last time. */
async function storeWebhooks(): Promise<void> {
  for (const { event: name, payload } of org.standIn.hook.webhooks.splice(0)) {
    const mapped = mapEvent({ name, payload, receivedAt: new Date().toISOString(), appId: null });
    if (mapped.tenantId !== org.tenantId) continue;
    await withTenant(org.db, org.tenantId, (trx) => applyFacts(trx, org.tenantId, [mapped.facts]));
  }
}

async function requestsOf(work: () => Promise<void>): Promise<string[]> {
  const before = org.standIn.requests.length;
  await work();
  return org.standIn.requests
    .slice(before)
    .map(({ path }) => path)
    .filter((path) => path.endsWith('/graphql'));
}

async function readCommits() {
  const rows = await withTenant(org.db, org.tenantId, (trx) =>
    trx
      .selectFrom('commits')
      .select(['sha', 'parents', 'additions', 'changed_files'])
      .where('tenant_id', '=', org.tenantId)
      .execute(),
  );
  return new Map(rows.map((row) => [row.sha, row]));
}

/** Commits in a row, made on these days. @returns their shas */
function commitsOf(at: Repository, made: { onto: string; dates: readonly string[]; also?: string }): string[] {
  const shas: string[] = [];
  for (const date of made.dates) {
    const person = { name: 'Ann', email: 'ann@acme.example', at: `${date}T00:00:00Z` };
    const parents = [shas.at(-1) ?? made.onto, ...(made.also === undefined ? [] : [made.also])];
    const text = { parents, author: person, committer: person, message: `Of ${date}`, content: `${date}\n` };
    shas.push(at.addCommit(text, { additions: 1, deletions: 0, changedFiles: 1 }).sha);
  }
  return shas;
}

describe('commits that webhooks tell', () => {
  it('get their parents and line counts by one request a push', async () => {
    const pushed = await org.standIn.change.git.push(repository, { commits: 3 });
    await storeWebhooks();
    expect(await requestsOf(() => hydrate(org, place))).toHaveLength(1);
    const stored = await readCommits();
    for (const { sha, parents, additions, changedFiles } of pushed) {
      expect(stored.get(sha)).toMatchObject({ parents, additions, changed_files: changedFiles });
    }
    expect(await requestsOf(() => hydrate(org, place))).toEqual([]);
  });

  it('bring in those whose push was lost', async () => {
    const lost = await org.standIn.change.git.push(repository, { commits: 5 });
    org.standIn.hook.webhooks.length = 0;
    const [next] = await org.standIn.change.git.push(repository);
    await storeWebhooks();
    await hydrate(org, place);
    const stored = await readCommits();
    expect(stored.get(next?.sha ?? '')?.parents).toEqual([lost.at(-1)?.sha]);
    for (const { sha, parents } of lost) expect(stored.get(sha)).toMatchObject({ parents });
  });

  it('bring in those that were too many for their push', async () => {
    const many = await org.standIn.change.git.push(repository, { commits: 2_100 });
    const [push] = org.standIn.hook.webhooks;
    // As GitHub has it: at most so many, and the head beside them.
    if (push && Array.isArray(push.payload['commits'])) push.payload['commits'].length = 2_048;
    await storeWebhooks();
    expect((await readCommits()).has(many[2_050]?.sha ?? '')).toBe(false);
    await hydrate(org, place);
    const stored = await readCommits();
    expect(many.filter(({ sha }) => stored.get(sha)?.additions === undefined)).toEqual([]);
  }, 30_000);

  it('bring in a branch that is older than what was read, when nobody told of its merge', async () => {
    await org.standIn.change.git.push(repository, { commits: 150 });
    await storeWebhooks();
    await hydrate(org, place);
    const tip = repository.branches.get(repository.defaultBranch) ?? '';
    const old = commitsOf(repository, { onto: tip, dates: ['2025-01-01', '2025-01-02', '2025-01-03'] });
    const merge = commitsOf(repository, { onto: tip, dates: ['2026-11-01'], also: old.at(-1) ?? '' });
    repository.branches.set(repository.defaultBranch, merge[0] ?? '');
    await org.reconcile();
    const stored = await readCommits();
    expect([...old, ...merge].filter((sha) => !stored.has(sha))).toEqual([]);
  });

  it('bring in what is missing beside many that GitHub does not know', async () => {
    const unknown = Array.from({ length: 150 }, (_, index) => `0${String(index).padStart(39, '0')}`);
    const [lost] = repository.history(repository.branches.get(repository.defaultBranch) ?? '').slice(5);
    const child = 'f'.repeat(40);
    await withTenant(org.db, org.tenantId, async (trx) => {
      await sql`
        insert into commits (tenant_id, repository_id, sha, parents, committed_at)
        values (${org.tenantId}, ${place.repositoryId}, ${child}, ${unknown}::text[], now())`.execute(trx);
      await sql`delete from commits where tenant_id = ${org.tenantId} and sha = ${lost?.sha}`.execute(trx);
    });
    await sendHydrate(org.queue, org.db, place, { gaps: true });
    await org.closeGaps();
    expect((await readCommits()).has(lost?.sha ?? '')).toBe(true);
    await withTenant(org.db, org.tenantId, (trx) =>
      sql`delete from commits where tenant_id = ${org.tenantId} and sha = ${child}`.execute(trx),
    );
  });

  it('are put off while GitHub does not accept the App', async () => {
    await org.standIn.change.git.push(repository);
    await storeWebhooks();
    org.github.forgetTokens(org.installation.id);
    org.standIn.fault({
      trouble: { kind: 'status', status: 401 },
      when: ({ path }) => path.startsWith('/app/'),
      times: 9,
    });
    await hydrate(org, place);
    org.standIn.clearFaults();
    const [job] = await org.queue.findJobs(HYDRATE, { data: place, queued: true });
    expect(job?.startAfter.getTime()).toBeGreaterThan(Date.now());
    await org.queue.deleteAllJobs(HYDRATE);
    await hydrate(org, place);
  });

  it('stay as they are when GitHub does not know them any more', async () => {
    const [gone] = await org.standIn.change.git.push(repository, { branch: 'rewritten' });
    await storeWebhooks();
    repository.commits.delete(gone?.sha ?? '');
    await hydrate(org, place);
    expect((await readCommits()).get(gone?.sha ?? '')).toMatchObject({ parents: null });
  });

  it('bring in what was too much for one job by others', async () => {
    const many = await org.standIn.change.git.push(repository, { commits: 5_300 });
    const [push] = org.standIn.hook.webhooks;
    if (push && Array.isArray(push.payload['commits'])) push.payload['commits'].length = 0;
    await storeWebhooks();
    await hydrate(org, place);
    const first = await readCommits();
    expect(many.filter(({ sha }) => !first.has(sha)).length).toBeGreaterThan(0);
    await org.closeGaps();
    const all = await readCommits();
    expect(many.filter(({ sha }) => !all.has(sha))).toEqual([]);
  }, 60_000);
});

describe('a merge that a webhook tells', () => {
  it('has the list of its commits', async () => {
    const pull = await org.standIn.change.pulls.openPullRequest(repository, { commits: 2 });
    await org.standIn.change.pulls.merge(repository, pull);
    await storeWebhooks();
    await hydrate(org, place);
    const listed = await withTenant(org.db, org.tenantId, (trx) =>
      trx
        .selectFrom('pull_request_commits')
        .select('sha')
        .where('tenant_id', '=', org.tenantId)
        .where('number', '=', pull.number)
        .execute(),
    );
    expect(listed.map(({ sha }) => sha).toSorted()).toEqual(pull.commits.toSorted());
  });
});

describe('the job', () => {
  it('is one for all pushes that came meanwhile', async () => {
    const startAfter = new Date(0);
    for (let push = 0; push < 3; push += 1) await sendHydrate(org.queue, org.db, place, { startAfter });
    const [job] = await org.queue.fetch(HYDRATE, { batchSize: 10 });
    expect(job?.data).toEqual(place);
    expect(await org.queue.fetch(HYDRATE, { batchSize: 10 })).toEqual([]);
  });

  it('goes on after the budget has come back, and has not failed', async () => {
    await org.standIn.change.git.push(repository);
    await storeWebhooks();
    const resetAt = new Date(Date.now() + 1_800_000);
    org.standIn.fault({ trouble: { kind: 'primary-limit', resetAt } });
    await hydrate(org, place);
    const [queued] = await org.queue.findJobs(HYDRATE, { data: place, queued: true });
    expect(queued?.startAfter.getTime()).toBeGreaterThan(Date.now() + 600_000);
  });

  it('asks nothing that GitHub would not understand', () => {
    expect(org.standIn.violations).toEqual([]);
  });
});
