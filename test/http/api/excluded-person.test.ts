import { beforeEach, expect, it } from 'vitest';
import { recomputeTouched } from '../../../src/metrics/derive/recompute.ts';
import { createTestApi, repositoryFact, storeFacts } from '../../support/api.ts';
import { commit, deployment, pull, SHOP, t } from '../../support/profiles.ts';
import { commitFact, contributorFact, emailFact, pullFact, reviewFact } from '../../support/sample-facts.ts';

const { db, get, request } = await createTestApi();
const [TENANT, ANN, BEN, CI] = [1, 601, 602, 603];
const march = 'from=2026-03-01&to=2026-03-29&compare=none';
const pushed = commitFact(SHOP, 'c', { author_email: 'ann@acme.example', authored_at: t('03 08:00') });
const detailed = { at: t('03 08:00'), parents: ['m'], additions: 1, deletions: 0, changed_files: 1 };

await storeFacts(
  db,
  TENANT,
  'acme',
  repositoryFact(SHOP, 'acme/shop'),
  {
    contributors: [contributorFact(ANN, 'ann'), contributorFact(BEN, 'ben'), contributorFact(CI, 'ci[bot]', 'Bot')],
    contributor_emails: [emailFact('ann@acme.example', 'Ann', { login: 'ann', user_id: ANN })],
    commits: [{ ...pushed, detailed }],
    pull_requests: [ANN, CI].map((author_id, index) =>
      pullFact(SHOP, 20 + index, { author_id, created_at: t('20 08:00') }),
    ),
    reviews: [ANN, BEN, CI].map((author_id, index) =>
      reviewFact(SHOP, index + 1, { number: 21, author_id, submitted_at: t('21 08:00') }),
    ),
  },
  commit('a', [], '02 08:00'),
  commit('m', ['a'], '03 07:00'),
  ...pull(1, { merge: 'm', authored: '02 12:00', opened: '02 13:00', merged: '03 07:00' }),
  deployment(1, 'a', ['02 10:00']),
  deployment(2, 'c', ['03 10:00']),
);

async function excludedOf(metric: string, query = '') {
  await recomputeTouched(db, TENANT);
  const { body } = await get(`/api/v1/orgs/acme/metrics/${metric}?${march}${query}`);
  const { data } = (await get(`/api/v1/orgs/acme/metrics/${metric}/rows?${march.replace('&compare=none', '')}${query}`))
    .body;
  const reasons = data.flatMap(({ excluded }) => (typeof excluded === 'string' ? [excluded] : []));
  const counts = Object.fromEntries(
    (body['excluded'] as { reason: string; count: number }[]).map(({ reason, count }) => [reason, count]),
  );
  expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(reasons.length);
  return counts;
}

const exclude = (excluded: boolean) => request('PATCH', `/api/v1/orgs/acme/contributors/${ANN}`, {}, { excluded });
beforeEach(() => exclude(true));

it.each([
  // A pull request, and a commit that is known by its email.
  ['lead-time', '', 2],
  ['pr-cycle', '', 1],
  ['pr-size', '', 1],
  ['team-health', '&measure=work_in_progress', 1],
  ['team-health', '&measure=waiting_for_review', 1],
  ['team-health', '&measure=reviews_per_pull_request', 1],
  ['team-health', '&measure=review_load_spread', 1],
])('%s%s leaves out an excluded person as such, and no bot', async (metric, query, count) => {
  const { excluded_person, bot } = await excludedOf(metric, query);
  expect(excluded_person).toBe(count);
  await exclude(false);
  const after = await excludedOf(metric, query);
  expect(after['excluded_person']).toBeUndefined();
  expect(after['bot']).toBe(bot);
});

it('says how it is taken back, where nothing else is there', async () => {
  await excludedOf('lead-time');
  const { body } = await get(`/api/v1/orgs/acme/metrics/lead-time?${march}`);
  expect(body).toMatchObject({ value: null });
  const quality = body['quality'] as { code: string; message: string; action: string }[];
  expect(quality.find(({ code }) => code === 'nothing_in_window')).toMatchObject({
    message: expect.stringContaining('2 excluded_person'),
    action: expect.stringContaining('"excluded": false'),
  });
});
