import { zstdCompressSync } from 'node:zlib';
import { sql } from 'kysely';
import { Probot } from 'probot';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { withTenant } from '../../db/tenant.ts';
import { createLogger } from '../../src/logging.ts';
import { CHECK_RUN, startQueue } from '../../src/queue.ts';
import { onCheckRun } from '../../src/reactions/on-check-run.ts';
import { onPullRequest } from '../../src/reactions/on-pull-request.ts';
import type { ReactionDeps } from '../../src/reactions/reaction-deps.ts';
import { createReactions } from '../../src/worker/reactions.ts';
import { appPrivateKey } from '../support/app-key.ts';
import { createTestDatabase } from '../support/database.ts';
import { examplePayload, objectOf } from '../support/example-payloads.ts';
import { ACME, type Json, repositoryEvent, sha } from '../support/payloads.ts';
import { pullRequestPayload } from '../support/work-payloads.ts';

const DEBOUNCE_MS = 10_000;
const { db, url } = await createTestDatabase();
const log = createLogger({ level: 'silent', format: 'json' });
const queue = await startQueue({ url, log });
afterAll(() => queue.stop());

const probot = new Probot({ appId: 1, privateKey: appPrivateKey, secret: 'secret', log: log.child({}) });
const deps = { db, queue, log, checkRunDebounceMs: DEBOUNCE_MS } as const satisfies Omit<ReactionDeps, 'github'>;
const reactions = await createReactions(probot, (app) => {
  onPullRequest(app, deps);
  onCheckRun(app, deps);
});

const head = { tenantId: ACME.id, repositoryId: 9_000, headSha: sha('head') };
const pull = { headSha: head.headSha };

async function jobsAfter(event: string, payload: Json) {
  const action = typeof payload['action'] === 'string' ? payload['action'] : null;
  expect(reactions.wants({ event, action })).toBe(true);
  await reactions.react({ guid: 'guid', event, body: zstdCompressSync(JSON.stringify(payload)) });
  return queue.findJobs(CHECK_RUN, { queued: true });
}

const hashes = () =>
  withTenant(db, ACME.id, async (trx) => {
    const { rows } = await sql<{ content_hash: string | null }>`
      select content_hash from published_check_runs where head_sha = ${head.headSha}`.execute(trx);
    return rows.map((row) => row.content_hash);
  });

beforeEach(async () => {
  await queue.deleteAllJobs(CHECK_RUN);
  await withTenant(db, ACME.id, async (trx) => {
    await sql`delete from published_check_runs`.execute(trx);
    await sql`
      insert into published_check_runs (tenant_id, repository_id, head_sha, number, content_hash)
      values (${head.tenantId}, ${head.repositoryId}, ${head.headSha}, 1, 'known')`.execute(trx);
  });
});

describe('a check run is written again, once for all that is gathered, when a pull request is', () => {
  it.each([
    'opened',
    'synchronize',
    'ready_for_review',
    'converted_to_draft',
    'review_requested',
    'review_request_removed',
    'labeled',
    'unlabeled',
    'edited',
    'closed',
    'reopened',
  ])('%s', async (action) => {
    await jobsAfter('pull_request', pullRequestPayload({ action, pull }));
    const jobs = await jobsAfter('pull_request', pullRequestPayload({ action, pull }));
    expect(jobs.map(({ data }) => data)).toEqual([head]);
    expect(jobs[0]?.startAfter.getTime()).toBeGreaterThan(Date.now() + DEBOUNCE_MS / 2);
  });

  it.each(['submitted', 'dismissed'])('reviewed: %s', async (action) => {
    const { pull_request, number: _, ...event } = pullRequestPayload({ action, pull });
    const review = objectOf(examplePayload('pull_request_review', 1), 'review');
    const jobs = await jobsAfter('pull_request_review', { ...event, pull_request, review });
    expect(jobs.map(({ data }) => data)).toEqual([head]);
  });
});

describe('a check run is written at once when GitHub asks for it', () => {
  const external_id = `shiplog:${head.headSha}`;
  const run = { ...objectOf(examplePayload('check_run', 7), 'check_run'), head_sha: head.headSha };

  it('by a run that is ours, also with the same words', async () => {
    const payload = { ...repositoryEvent({}), action: 'rerequested', check_run: { ...run, external_id } };
    expect((await jobsAfter('check_run', payload)).map(({ data }) => data)).toEqual([head]);
    expect(await hashes()).toEqual([null]);
  });

  it('and not by a run of somebody else', async () => {
    const payload = { ...repositoryEvent({}), action: 'rerequested', check_run: { ...run, external_id: 'ci' } };
    expect(await jobsAfter('check_run', payload)).toEqual([]);
    expect(await hashes()).toEqual(['known']);
  });

  it.each([
    ['requested', ['known']],
    ['rerequested', [null]],
  ])('by a suite that is %s', async (action, expected) => {
    const suite = objectOf(examplePayload('check_suite', 1), 'check_suite');
    const payload = { ...repositoryEvent({}), action, check_suite: { ...suite, head_sha: head.headSha } };
    expect((await jobsAfter('check_suite', payload)).map(({ data }) => data)).toEqual([head]);
    expect(await hashes()).toEqual(expected);
  });

  it('by a group of the merge queue, whose pull request its branch names', async () => {
    const group = { head_sha: sha('group'), head_ref: `refs/heads/gh-readonly-queue/main/pr-17-${sha('base')}` };
    const payload = { ...repositoryEvent({}), action: 'checks_requested', merge_group: group };
    const jobs = await jobsAfter('merge_group', payload);
    expect(jobs.map(({ data }) => data)).toEqual([{ ...head, headSha: sha('group') }]);
    const { rows } = await withTenant(db, ACME.id, (trx) =>
      sql`select number, merge_group from published_check_runs where head_sha = ${sha('group')}`.execute(trx),
    );
    expect(rows).toEqual([{ number: 17, merge_group: true }]);
  });
});
