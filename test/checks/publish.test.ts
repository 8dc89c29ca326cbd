import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { changeSettings } from '../../src/checks/change-settings.ts';
import { publishCheckRun } from '../../src/checks/publish.ts';
import { recordMergeGroup } from '../../src/checks/published.ts';
import { withTenant } from '../../db/tenant.ts';
import { createPublishing, dyingAt } from '../support/publishing.ts';
import { contributorFact, pullFact } from '../support/sample-facts.ts';

const { standIn, repository, db, deps, store, openPull, runsOn, query, tenantId } = await createPublishing();
const writes = () => standIn.requests.filter(({ method, path }) => method !== 'GET' && path.includes('/check-runs'));

describe('a check run', () => {
  it('is made once, concluded, and written again only when its words change', async () => {
    const pull = await openPull();
    const before = writes().length;
    await publishCheckRun(deps, pull);
    await publishCheckRun(deps, pull);
    expect(writes().length - before).toBe(1);
    expect(runsOn(pull)).toMatchObject([
      { name: 'Shiplog', status: 'completed', conclusion: 'neutral', externalId: `shiplog:${pull.headSha}` },
    ]);
    const later = { at: '2026-03-02T00:00:00.000Z', head_sha: pull.headSha, draft: true };
    await store({ pull_requests: [pullFact(repository.id, pull.number, later)] });
    await publishCheckRun(deps, pull);
    expect(writes().length - before).toBe(2);
    expect(runsOn(pull)).toMatchObject([{ output: { title: 'Draft' } }]);
  });

  it('of a head that moved on stays as it is', async () => {
    const pull = await openPull();
    await publishCheckRun(deps, pull);
    const before = writes().length;
    const later = { at: '2026-03-02T00:00:00.000Z', head_sha: 'f'.repeat(40), draft: true };
    await store({ pull_requests: [pullFact(repository.id, pull.number, later)] });
    await publishCheckRun(deps, pull);
    expect(writes().length).toBe(before);
    expect(runsOn(pull)).toMatchObject([{ output: { title: expect.stringMatching(/^Waiting for review/) } }]);
  });

  it('of two pull requests with one head is about the open one', async () => {
    const pull = await openPull();
    await store({
      pull_requests: [pullFact(repository.id, 900, { head_sha: pull.headSha, state: 'closed', base_ref: 'next' })],
    });
    await publishCheckRun(deps, pull);
    expect(runsOn(pull)).toMatchObject([{ output: { title: expect.stringMatching(/^Waiting/) } }]);
  });

  it('that somebody removed at GitHub is made again', async () => {
    const pull = await openPull();
    await publishCheckRun(deps, pull);
    repository.checkRuns.splice(repository.checkRuns.indexOf(runsOn(pull)[0] as never), 1);
    await query(sql`update published_check_runs set content_hash = null where head_sha = ${pull.headSha}`);
    await publishCheckRun(deps, pull);
    expect(runsOn(pull)).toHaveLength(1);
  });

  it.each([
    ['welcomes a person who contributes for the first time', 'User', true],
    ['welcomes no bot', 'Bot', false],
  ])('%s', async (_name, type, welcomes) => {
    await query(sql`
      insert into sync_cursors (tenant_id, repository_id, entity, state, covered_until)
      values (${tenantId}, ${repository.id}, 'pull_requests', 'done', now()) on conflict do nothing`);
    const author_id = type === 'Bot' ? 701 : 702;
    await store({ contributors: [contributorFact(author_id, `new-${type}`, type)] });
    const pull = await openPull({ author_id });
    await publishCheckRun(deps, pull);
    expect(runsOn(pull)[0]?.output.summary?.includes('The first contribution')).toBe(welcomes);
  });

  it('of a merge group concludes, which a required check waits for', async () => {
    const [commit] = await standIn.change.git.push(repository, { branch: 'gh-readonly-queue/main/pr-1-a' });
    const head = { tenantId, repositoryId: repository.id, headSha: commit?.sha ?? '' };
    await withTenant(db, tenantId, (trx) => recordMergeGroup(trx, head, { number: 1 }));
    await publishCheckRun(deps, head);
    expect(runsOn(head)).toMatchObject([{ conclusion: 'success', output: { title: 'In the merge queue' } }]);
  });

  it('is not made where a repository has turned it off in its file', async () => {
    const pull = await openPull();
    repository.files.set('.github/shiplog.yml', 'check_run:\n  enabled: false\n');
    await publishCheckRun(deps, pull);
    expect(runsOn(pull)).toEqual([]);
    repository.files.delete('.github/shiplog.yml');
    await publishCheckRun(deps, pull);
    repository.files.set('.github/shiplog.yml', 'check_run:\n  enabled: false\n');
    await publishCheckRun(deps, pull);
    expect(runsOn(pull)).toMatchObject([{ output: { title: 'Turned off for this repository' } }]);
    repository.files.clear();
  });

  it('is made whatever the file of the repository says, where its organization has such files count no more', async () => {
    repository.files.set('.github/shiplog.yml', 'check_run:\n  enabled: false\n');
    const place = { tenantId, repositoryId: 0 };
    const actor = { name: 'operator', address: null, userAgent: null };
    const change = (repository_file: boolean | null) =>
      withTenant(db, tenantId, (trx) =>
        changeSettings(trx, place, { patch: { repository_file }, actor, target: 'acme', check: () => undefined }),
      );
    await change(false);
    const pull = await openPull();
    await publishCheckRun(deps, pull);
    expect(runsOn(pull)).toMatchObject([{ output: { title: expect.stringMatching(/^Waiting/) } }]);
    await change(null);
    await publishCheckRun(deps, pull);
    expect(runsOn(pull)).toMatchObject([{ output: { title: 'Turned off for this repository' } }]);
    repository.files.clear();
  });

  it.each([
    ['is down', { kind: 'status', status: 502 }, 'GitHub gives no proper answer. It is asked again.'],
    ['says nothing', { kind: 'cut' }, 'GitHub gives no proper answer. It is asked again.'],
    ['answers strangely', { kind: 'status', status: 418 }, 'GitHub gives no proper answer. It is asked again.'],
    ['forbids it', { kind: 'status', status: 403 }, 'GitHub does not let Shiplog read it, or what it extends.'],
  ] as const)('concludes where GitHub %s when asked for the file, and says so', async (_name, trouble, words) => {
    const pull = await openPull();
    repository.files.set('.github/shiplog.yml', 'check_run:\n  enabled: false\n');
    standIn.fault({ trouble, when: ({ path }) => path.endsWith('shiplog.yml'), times: Infinity });
    await publishCheckRun(deps, pull);
    const summary = expect.stringContaining(`**\`.github/shiplog.yml\` could not be read**: ${words}`);
    expect(runsOn(pull)).toMatchObject([{ status: 'completed', conclusion: 'neutral', output: { summary } }]);
    standIn.clearFaults();
    await publishCheckRun(deps, pull);
    expect(runsOn(pull)).toMatchObject([{ output: { title: 'Turned off for this repository' } }]);
    repository.files.clear();
  });

  it('says in which line the file of the repository is not right, and goes on without it', async () => {
    const pull = await openPull();
    repository.files.set('.github/shiplog.yml', 'check_run:\n  enabled: nope\n');
    await publishCheckRun(deps, pull);
    expect(runsOn(pull)[0]?.output.summary).toContain('**`.github/shiplog.yml`, line 2 is not right**');
    repository.files.clear();
  });
});

const crashes = [1, 2, 3, 4, 5, 6].flatMap((call) => [['before', call] as const, ['after', call] as const]);

describe('a worker that dies', () => {
  it.each(crashes)('%s call %d to GitHub leaves no second run, and the next one finishes', async (when, call) => {
    const pull = await openPull();
    const { deps: mortal, state } = dyingAt(deps, call, when);
    await expect(publishCheckRun(mortal, pull)).rejects.toThrow('died');
    expect(state.calls).toBe(call);
    await publishCheckRun(deps, pull);
    expect(runsOn(pull)).toMatchObject([{ status: 'completed', conclusion: 'neutral' }]);
    const rows = await query(
      sql`select check_run_id, sending_since from published_check_runs where head_sha = ${pull.headSha}`,
    );
    expect(rows).toEqual([{ check_run_id: runsOn(pull)[0]?.id, sending_since: null }]);
  });

  it.each(['before', 'after'] as const)('%s it updates a run has the update finished', async (when) => {
    const pull = await openPull();
    await publishCheckRun(deps, pull);
    const later = { at: '2026-03-02T00:00:00.000Z', head_sha: pull.headSha, draft: true };
    await store({ pull_requests: [pullFact(repository.id, pull.number, later)] });
    const { deps: mortal } = dyingAt(deps, 4, when);
    await expect(publishCheckRun(mortal, pull)).rejects.toThrow('died');
    await publishCheckRun(deps, pull);
    expect(runsOn(pull)).toMatchObject([{ output: { title: 'Draft' } }]);
  });
});

it('is asked of GitHub as GitHub understands it', () => {
  expect(standIn.violations).toEqual([]);
  expect(standIn.checked).toBeGreaterThan(0);
});
