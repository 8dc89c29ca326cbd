import { sql } from 'kysely';
import { beforeEach, expect, it } from 'vitest';
import { publishCheckRun } from '../../src/checks/publish.ts';
import { createPublishing } from '../support/publishing.ts';
import { contributorFact, reviewFact } from '../support/sample-facts.ts';

const { standIn, repository, deps, store, openPull, runsOn, query, tenantId } = await createPublishing();
const [BEN, BOT] = [502, 503];

await store({ contributors: [contributorFact(BEN, 'ben', 'User'), contributorFact(BOT, 'robot[bot]', 'Bot')] });
beforeEach(async () => {
  await query(sql`delete from access_reads`);
  await query(sql`delete from repository_access`);
});

const readAccess = (reason: string | null) =>
  query(sql`
    insert into access_reads (tenant_id, scope, repository_id, first_read_at, read_at, reason)
    values (${tenantId}, 'collaborators', ${repository.id}, now(), now(), ${reason})`);
const grant = (level: string) =>
  query(sql`
    insert into repository_access (tenant_id, repository_id, user_id, valid_from, level, computed_level)
    values (${tenantId}, ${repository.id}, ${BEN}, now(), ${level}, ${level})`);

/** How the run of a new pull request stands that somebody reviewed. */
async function reviewed(state: 'approved' | 'changes_requested', author_id: number | null = BEN) {
  const pull = await openPull({ author_id: 501 });
  const said = { number: pull.number, author_id, state, commit_sha: pull.headSha };
  await store({ reviews: [reviewFact(repository.id, pull.number, said)] });
  await publishCheckRun(deps, pull);
  const [run] = runsOn(pull);
  return { conclusion: run?.conclusion, title: run?.output.title, summary: run?.output.summary };
}

it.each(['none', 'read', 'triage', null])('a review of who has %s access is as a comment', async (level) => {
  await readAccess(null);
  if (level !== null) await grant(level);
  for (const state of ['approved', 'changes_requested'] as const) {
    expect(await reviewed(state)).toMatchObject({
      conclusion: 'neutral',
      title: expect.stringMatching(/^Waiting for another review/),
      summary: expect.stringContaining('Nobody who may write here has approved it or asked for changes so far.'),
    });
  }
});

it.each(['write', 'maintain', 'admin', 'unknown'])('a review of who has %s access counts', async (level) => {
  await readAccess(null);
  await grant(level);
  expect(await reviewed('approved')).toMatchObject({ conclusion: 'success' });
  expect(await reviewed('changes_requested')).toMatchObject({ title: 'Changes requested' });
});

it('any review counts where nobody has read who may write, or could', async () => {
  expect(await reviewed('approved')).toMatchObject({ conclusion: 'success' });
  await readAccess('GitHub does not tell');
  expect(await reviewed('approved')).toMatchObject({ conclusion: 'success' });
});

it('a review counts of a program, and of whose account is gone: what they may is not told', async () => {
  await readAccess(null);
  expect(await reviewed('approved', BOT)).toMatchObject({ conclusion: 'success' });
  expect(await reviewed('approved', null)).toMatchObject({ conclusion: 'success' });
});

it('approves nothing for a code owner who may not write', async () => {
  repository.files.set('.github/shiplog.yml', 'check_run:\n  code_owner_review: true\n');
  repository.files.set('.github/CODEOWNERS', '* @ben\n');
  await readAccess(null);
  const pull = await openPull();
  const made = await standIn.change.pulls.openPullRequest(repository, {
    files: [{ path: 'a.ts', additions: 10, deletions: 0 }],
  });
  Object.assign(made, { number: pull.number, headSha: pull.headSha, baseRef: 'main' });
  const said = { number: pull.number, author_id: BEN, state: 'approved', commit_sha: pull.headSha } as const;
  await store({ reviews: [reviewFact(repository.id, pull.number, said)] });
  await publishCheckRun(deps, pull);
  expect(runsOn(pull)).toMatchObject([{ conclusion: 'failure', output: { title: 'A code owner has to approve' } }]);
  await grant('write');
  await publishCheckRun(deps, pull);
  expect(runsOn(pull)).toMatchObject([{ conclusion: 'success' }]);
  expect(standIn.violations).toEqual([]);
});
