import { sql } from 'kysely';
import { beforeEach, describe, expect, it } from 'vitest';
import { withTenant } from '../../../db/tenant.ts';
import { removeOldFiles } from '../../../src/checks/files/missing-files.ts';
import { readMissingFiles } from '../../../src/checks/files/read-missing-files.ts';
import { recomputeTouched } from '../../../src/metrics/derive/recompute.ts';
import { publishCheckRun } from '../../../src/checks/publish.ts';
import { createPublishing } from '../../support/publishing.ts';
import { commitFact, deploymentFact, issueFact, pullFact, reviewFact, statusFact } from '../../support/sample-facts.ts';

const { standIn, repository, deps, store, openPull, runsOn, query, tenantId, organization } = await createPublishing();
const asked = (operation: string) => standIn.requests.filter((request) => request.operation === operation).length;
const [ANN, BEN] = [501, 502];
const ago = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();

/** Opened on GitHub, too, so that it has files there. */
async function openTruly(files: { path: string; additions: number; deletions: number }[], observed = {}) {
  const pull = await openPull({ author_id: ANN, ...observed });
  const made = await standIn.change.pulls.openPullRequest(repository, { files });
  Object.assign(made, { number: pull.number, headSha: pull.headSha, baseRef: 'main' });
  return { ...pull, made };
}

const textOf = async (pull: Awaited<ReturnType<typeof openTruly>>) => {
  await publishCheckRun(deps, pull);
  return runsOn(pull)[0]?.output.summary ?? '';
};

beforeEach(() => {
  repository.files.clear();
  standIn.clearFaults();
});

describe('the files of a pull request', () => {
  it('are read once a head, by the hundred', async () => {
    const files = Array.from({ length: 250 }, (_, index) => ({ path: `src/${index}.ts`, additions: 2, deletions: 0 }));
    const pull = await openTruly(files);
    expect(await textOf(pull)).toContain('for 500 changed lines in 250 files.');
    expect(asked('PullRequestFiles')).toBe(3);
    await textOf(pull);
    expect(asked('PullRequestFiles')).toBe(3);
    const moved = { at: '2026-03-02T00:00:00.000Z', author_id: ANN, head_sha: 'd'.repeat(40) };
    await store({ pull_requests: [pullFact(repository.id, pull.number, moved)] });
    await publishCheckRun(deps, pull);
    expect(asked('PullRequestFiles')).toBe(3);
  });

  it('are read again at another base', async () => {
    const pull = await openTruly([{ path: 'a.ts', additions: 10, deletions: 0 }]);
    expect(await textOf(pull)).toContain('10 changed lines');
    pull.made.files = [{ path: 'a.ts', additions: 11, deletions: 0 }];
    Object.assign(pull.made, { baseRef: 'next' });
    const rebased = { at: '2026-03-02T00:00:00.000Z', author_id: ANN, head_sha: pull.headSha, base_ref: 'next' };
    await store({ pull_requests: [pullFact(repository.id, pull.number, rebased)] });
    expect(await textOf(pull)).toContain('11 changed lines');
  });

  it.each([
    ['refuses', { kind: 'errors', type: 'FORBIDDEN' }],
    ['breaks down', { kind: 'status', status: 502 }],
    ['tells half', { kind: 'partial', field: 'repository' }],
  ] as const)('are left out where GitHub %s, and the run concludes', async (_name, trouble) => {
    const pull = await openTruly([{ path: 'a.ts', additions: 10, deletions: 0 }]);
    standIn.fault({ trouble, when: ({ operation }) => operation === 'PullRequestFiles', times: Infinity });
    expect(await textOf(pull)).toContain('The changed files could not be read.');
    expect(runsOn(pull)).toMatchObject([{ status: 'completed', conclusion: 'neutral' }]);
    standIn.clearFaults();
    expect(await textOf(pull)).toContain('10 changed lines');
  });

  it('are named whatever their paths are', async () => {
    repository.files.set('CODEOWNERS', '/src/ @ben');
    const path = `${'very/'.repeat(800)}\`[long](https://evil.example) @acme/all\n# Title`;
    const pull = await openTruly([{ path, additions: 10, deletions: 0 }]);
    expect(await textOf(pull)).toContain('No code owner: ``very/very');
  });
});

describe('a review by a code owner', () => {
  it('is one of a person, of a team or of the teams above it, or of an email', async () => {
    const at = '2026-03-01T00:00:00.000Z';
    await query(sql`
      insert into contributors (tenant_id, contributor_id, login, type, observed_at, observed_rank)
      values (${tenantId}, ${ANN}, 'ann', 'User', ${at}, 1), (${tenantId}, ${BEN}, 'Ben', 'User', ${at}, 1)`);
    await query(sql`
      insert into contributor_emails (tenant_id, email, contributor_id) values (${tenantId}, 'ben@acme.example', ${BEN})`);
    await query(sql`
      insert into teams (tenant_id, team_id, slug, name, parent_id, observed_at, observed_rank)
      values (${tenantId}, 1, 'platform', 'Platform', null, ${at}, 1), (${tenantId}, 2, 'core', 'Core', 1, ${at}, 1)`);
    await query(sql`
      insert into team_members (tenant_id, team_id, user_id, observed_at, observed_rank)
      values (${tenantId}, 2, ${BEN}, ${at}, 1)`);
    for (const owner of [
      '@ben',
      `@${organization.login}/core`,
      `@${organization.login}/platform`,
      'Ben@acme.example',
    ]) {
      repository.files.set('.github/shiplog.yml', 'check_run:\n  code_owner_review: true\n');
      repository.files.set('.github/CODEOWNERS', `* ${owner}\n`);
      const pull = await openTruly([{ path: 'a.ts', additions: 10, deletions: 0 }]);
      expect(await textOf(pull)).toContain(
        `A code owner has yet to approve \`a.ts\` (one of \`${owner.toLowerCase()}\`)`,
      );
      expect(runsOn(pull)).toMatchObject([{ conclusion: 'failure' }]);
      const review = { number: pull.number, author_id: BEN, state: 'approved', commit_sha: pull.headSha } as const;
      await store({ reviews: [reviewFact(repository.id, pull.number, review)] });
      expect(await textOf(pull)).not.toContain('A code owner');
      expect(runsOn(pull)).toMatchObject([{ conclusion: 'success' }]);
    }
  });

  it('does not stand any more when its owner asks for changes, or somebody dismisses it', async () => {
    for (const state of ['changes_requested', 'dismissed'] as const) {
      repository.files.set('.github/shiplog.yml', 'check_run:\n  code_owner_review: true\n');
      repository.files.set('.github/CODEOWNERS', '* @ben\n');
      const pull = await openTruly([{ path: 'a.ts', additions: 10, deletions: 0 }]);
      const said = (review: number, word: 'approved' | typeof state, submitted_at: string) =>
        reviewFact(repository.id, review, { number: pull.number, author_id: BEN, state: word, submitted_at });
      const first = pull.number * 10;
      await store({ reviews: [said(first, 'approved', ago(2))] });
      expect(await textOf(pull)).not.toContain('A code owner has yet');
      await store({ reviews: [said(first + 1, state, ago(1))] });
      expect(await textOf(pull)).toContain('A code owner has yet to approve `a.ts` (one of `@ben`)');
      expect(runsOn(pull)).toMatchObject([{ conclusion: 'failure' }]);
    }
  });
});

const deployed = (id: number, merge: string, at: string) => ({
  deployments: [deploymentFact(repository.id, id, { sha: merge, created_at: at })],
  deployment_statuses: [statusFact(repository.id, id, { id, state: 'success', created_at: at })],
});
const lists = () =>
  query(sql`select number, complete, read_lines, (select count(*)::integer from pull_request_files f where f.number = l.number) as files
    from pull_request_file_lists l order by number`);

describe('files of what was merged before anybody looked', () => {
  it('are read once, for the size of pull requests, and warn of the next change where a deployment failed', async () => {
    await query(sql`delete from pull_request_file_lists`);
    const files = [{ path: 'src/pay.ts', additions: 10, deletions: 0 }];
    const merge = { merge_commit_sha: 'a'.repeat(40), merged_at: ago(3), closed_at: ago(3), state: 'merged' } as const;
    const lock = { path: 'yarn.lock', additions: 500, deletions: 0 };
    const [plain, merged, gone] = [
      await openTruly([...files, lock], { ...merge, merge_commit_sha: 'd'.repeat(40) }),
      await openTruly(files, merge),
      await openPull({ ...merge, merge_commit_sha: 'c'.repeat(40) }),
    ];
    await store(
      { commits: [merge.merge_commit_sha, 'c'.repeat(40)].map((sha) => commitFact(repository.id, sha)) },
      { commits: [commitFact(repository.id, 'b'.repeat(40))] },
      deployed(1, 'b'.repeat(40), ago(4)),
      deployed(2, merge.merge_commit_sha, ago(2)),
      deployed(3, 'c'.repeat(40), ago(1)),
      { issues: [issueFact(repository.id, 900, { labels: ['incident'], created_at: ago(1.5) })] },
      { issues: [issueFact(repository.id, 901, { labels: ['incident'], created_at: ago(0.5) })] },
    );
    await recomputeTouched(deps.db, tenantId);
    const before = asked('PullRequestFiles');
    const read = () => readMissingFiles(deps, tenantId, AbortSignal.timeout(10_000));
    await read();
    await read();
    expect(asked('PullRequestFiles') - before).toBe(3);
    expect(await lists()).toEqual([
      { number: plain.number, complete: true, read_lines: 10, files: 2 },
      { number: merged.number, complete: true, read_lines: 10, files: 1 },
      { number: gone.number, complete: false, read_lines: null, files: 0 },
    ]);
    expect(await textOf(await openTruly(files))).toContain('`src/pay.ts` was changed in a deployment that failed');
  });

  it('go when what they are of is long over, and leave the size that was counted', async () => {
    const open = await openTruly([{ path: 'a.ts', additions: 1, deletions: 0 }]);
    await publishCheckRun(deps, open);
    await query(sql`update pull_requests set closed_at = now() - interval '181 days' where state = 'merged'`);
    await withTenant(deps.db, tenantId, (trx) => removeOldFiles(trx, tenantId));
    const ofMerged = sql`join pull_requests p using (number) where p.state = 'merged'`;
    expect(await query(sql`select number from pull_request_files ${ofMerged}`)).toEqual([]);
    expect(await query(sql`select number from pull_request_files where number = ${open.number}`)).toHaveLength(1);
    const left = await query(sql`select read_lines from pull_request_file_lists ${ofMerged}`);
    expect(left).toEqual([{ read_lines: 10 }, { read_lines: 10 }]);
  });
});

it('is asked of GitHub as GitHub understands it', () => {
  expect(standIn.violations).toEqual([]);
  expect(standIn.checked).toBeGreaterThan(0);
});
