import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { withTenant } from '../../../db/tenant.ts';
import { CHECK_RUN } from '../../../src/queue.ts';
import { createTestApi, repositoryFact, storeFacts } from '../../support/api.ts';
import { pullFact } from '../../support/sample-facts.ts';

const { db, queue, get, request } = await createTestApi();
const [ACME, SHOP] = [4_711, 11];
const PATH = '/api/v1/orgs/acme/check-run';
await storeFacts(db, ACME, 'acme', repositoryFact(SHOP, 'acme/shop'), repositoryFact(12, 'acme/docs'), {
  pull_requests: [pullFact(SHOP, 1, { head_sha: 'open' }), pullFact(SHOP, 2, { head_sha: 'shut', state: 'closed' })],
});
await withTenant(db, ACME, (trx) =>
  sql`insert into published_check_runs (tenant_id, repository_id, head_sha, number)
    values (${ACME}, ${SHOP}, 'open', 1), (${ACME}, ${SHOP}, 'shut', 2)`.execute(trx),
);
const off = { enabled: true, max_lines: 0, code_owner_review: false, deployment_freeze: false, repository_file: true };

describe('the settings of check runs', () => {
  it('hold nothing against a merge unless somebody says so', async () => {
    const { body } = await get(PATH);
    expect(body).toEqual({ repository: null, version: 0, saved_at: null, settings: off, changes: {} });
  });

  it('of a repository go before those of the organization, and null takes them back', async () => {
    await request('PATCH', PATH, {}, { max_lines: 800, deployment_freeze: true });
    const { body } = await request('PATCH', `${PATH}?repository=shop`, {}, { max_lines: 400 });
    expect(body).toMatchObject({
      repository: 'acme/shop',
      settings: { ...off, max_lines: 400, deployment_freeze: true },
      changes: { max_lines: 400 },
    });
    const { body: other } = await get(`${PATH}?repository=docs`);
    expect(other).toMatchObject({ settings: { ...off, max_lines: 800, deployment_freeze: true }, changes: {} });
    const { body: back } = await request('PATCH', `${PATH}?repository=shop`, {}, { max_lines: null });
    expect(back).toMatchObject({ settings: { max_lines: 800 }, changes: {} });
  });

  it('have the open pull requests that they concern looked at again', async () => {
    await queue.deleteAllJobs(CHECK_RUN);
    await request('PATCH', `${PATH}?repository=docs`, {}, { enabled: false });
    expect(await queue.findJobs(CHECK_RUN, { queued: true })).toEqual([]);
    await request('PATCH', `${PATH}?repository=shop`, {}, { enabled: false });
    await request('PATCH', `${PATH}?repository=shop`, {}, { enabled: false });
    const jobs = await queue.findJobs(CHECK_RUN, { queued: true });
    expect(jobs.map(({ data }) => data)).toEqual([{ tenantId: ACME, repositoryId: SHOP, headSha: 'open' }]);
  });

  it('are not changed over what somebody else has changed', async () => {
    const seen = (await get(PATH)).headers.get('etag') ?? '';
    expect((await request('PATCH', PATH, { 'if-match': seen }, { max_lines: 900 })).status).toBe(200);
    expect((await request('PATCH', PATH, { 'if-match': seen }, { max_lines: 1_000 })).status).toBe(412);
  });

  it.each([
    ['a number below zero', { max_lines: -1 }, '#/body/max_lines'],
    ['a word for yes', { enabled: 'yes' }, '#/body/enabled'],
    ['what is not known', { max_line: 4 }, '#/body/max_line'],
  ])('are not %s', async (_name, settings, pointer) => {
    const { status, body } = await request('PATCH', PATH, {}, settings);
    expect(status).toBe(400);
    expect(body.errors).toMatchObject([{ pointer }]);
  });

  it('leave who changed what in the audit log, once', async () => {
    const { rows } = await withTenant(db, ACME, (trx) =>
      sql`select actor, target, before, after from audit_log where tenant_id = ${ACME}
        and action = 'check_run_settings.change' order by entry_id limit 2`.execute(trx),
    );
    expect(rows).toEqual([
      { actor: 'operator', target: 'acme', before: {}, after: { max_lines: 800, deployment_freeze: true } },
      { actor: 'operator', target: 'acme/shop', before: {}, after: { max_lines: 400 } },
    ]);
  });
});

describe('the check run of a pull request', () => {
  it('is that of its head, with the figures of the review effort', async () => {
    const effort = { files: 1, lines: 2_000, minutes: { low: 240, high: null }, leftOut: [], complete: false };
    await withTenant(db, ACME, (trx) =>
      sql`insert into published_check_runs (tenant_id, repository_id, head_sha, number, check_run_id, title, conclusion,
          published_at, review_effort)
        values (${ACME}, ${SHOP}, 'before', 1, 3, 'Draft', 'neutral', now(), null),
          (${ACME}, ${SHOP}, 'group', 1, 5, 'In the merge queue', 'success', now(), null)`
        .execute(trx)
        .then(() => sql`update published_check_runs set merge_group = true where head_sha = 'group'`.execute(trx))
        .then(() =>
          sql`update published_check_runs set check_run_id = 4, title = 'Changes requested', conclusion = 'neutral',
            published_at = '2026-03-01', review_effort = ${JSON.stringify(effort)}::jsonb where head_sha = 'open'`.execute(
            trx,
          ),
        ),
    );
    expect((await get('/api/v1/orgs/acme/pulls/shop/1/check-run')).body).toEqual({
      repository: 'acme/shop',
      number: 1,
      head_sha: 'open',
      id: 4,
      title: 'Changes requested',
      conclusion: 'neutral',
      published_at: '2026-03-01T00:00:00.000Z',
      error: null,
      review_effort: { files: 1, lines: 2_000, low_s: 14_400, high_s: null, left_out: [], complete: false },
    });
  });

  it.each(['shop/9', 'docs/1', 'nowhere/1'])('of %s is not there', async (place) => {
    expect((await get(`/api/v1/orgs/acme/pulls/${place}/check-run`)).status).toBe(404);
  });
});
