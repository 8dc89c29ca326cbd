import { beforeAll, describe, expect, it } from 'vitest';
import { recomputeTouched } from '../../../src/metrics/derive/recompute.ts';
import { createTestApi, repositoryFact, SEEN_AT, storeFacts } from '../../support/api.ts';
import { commitFact, contributorFact, emailFact, pullFact, reviewFact } from '../../support/sample-facts.ts';

const { db, get, request } = await createTestApi();
const [ANN, OLD_ANN, BEN, CI] = [501, 502, 503, 504];
const path = '/api/v1/orgs/acme/contributors';
const window = 'from=2026-01-01&to=2026-02-01';
const hour = (n: number) => new Date(Date.parse('2026-01-05T00:00:00Z') + n * 3_600_000).toISOString();

function merged(number: number, author_id: number) {
  const times = { created_at: hour(0), merged_at: hour(20) };
  return pullFact(11, number, { state: 'merged', author_id, merge_commit_sha: `m${number}`, ...times });
}

/** Ann's own old account looks first, then a machine that GitHub does not know as one, then Ben. */
const reviews = [OLD_ANN, CI, BEN].map((author_id, index) =>
  reviewFact(11, index + 1, { number: 1, author_id, submitted_at: hour(2 * (index + 1)) }),
);

beforeAll(async () => {
  await storeFacts(db, 1, 'acme', repositoryFact(11, 'acme/shop'), {
    contributors: [
      contributorFact(ANN, 'ann'),
      contributorFact(OLD_ANN, 'old-ann'),
      contributorFact(BEN, 'ben'),
      contributorFact(CI, 'ci'),
    ],
    contributor_emails: [
      emailFact('ann@acme.example', 'Ann', { login: 'ann', user_id: ANN }),
      emailFact('old@acme.example', 'Ann', { login: 'old-ann', user_id: OLD_ANN }),
    ],
    commits: [commitFact(11, 'a'), commitFact(11, 'b', { author_email: 'old@acme.example' })],
    pull_requests: [merged(1, ANN), merged(2, OLD_ANN), merged(3, CI)],
    reviews,
    teams: [{ team_id: 41, observed: { at: SEEN_AT, removed_at: null, slug: 'core', name: 'Core', parent_id: null } }],
    team_members: [{ team_id: 41, user_id: ANN, observed: { at: SEEN_AT, role: 'member', removed_at: null } }],
  });
  await recomputeTouched(db, 1);
});

async function patch(id: number, body: object) {
  const answer = await request('PATCH', `${path}/${id}`, {}, body);
  await recomputeTouched(db, 1);
  return answer;
}

async function metric(name: string, filters = '') {
  return (await get(`/api/v1/orgs/acme/metrics/${name}?${window}${filters}`)).body;
}

const firstReviewAfter = async () => (await metric('pr-pickup'))['value'];
const pulls = async (filters = '') => (await metric('pr-cycle', filters))['excluded'];

describe('two accounts of one person', () => {
  it('are two until somebody says so', async () => {
    expect(await firstReviewAfter()).toBe(2 * 3_600);
    expect((await metric('pr-size', '&team=core'))['excluded']).not.toEqual((await metric('pr-size'))['excluded']);
  });

  it('are one when they are merged: in lists, filters, teams and numbers', async () => {
    const { status, body } = await patch(OLD_ANN, { merged_into: ANN });
    expect([status, body['merged_into']]).toEqual([200, ANN]);
    expect((await get(`${path}/${ANN}`)).body).toMatchObject({ merged: [OLD_ANN], commits: 2, pull_requests: 2 });
    expect((await get(path)).body.data.map(({ login }) => login)).toEqual(['ann', 'ben', 'ci']);
    expect((await get(`${path}?team=core`)).body.data).toMatchObject([{ login: 'ann', pull_requests: 2 }]);
    for (const author of ['ann', 'old-ann', 'old@acme.example', String(OLD_ANN)]) {
      const found = await get(`/api/v1/orgs/acme/pulls?author=${author}`);
      expect([author, new Set(found.body.data.map(({ number }) => number))]).toEqual([author, new Set([1, 2])]);
    }
    // What she looked at herself is no review; next is the machine.
    expect(await firstReviewAfter()).toBe(4 * 3_600);
  });

  it('are two again when they are taken apart', async () => {
    await patch(ANN, { bot: true });
    expect((await get(`${path}/${OLD_ANN}`)).body).toMatchObject({ type: 'Bot', bot: true });
    expect((await patch(OLD_ANN, { merged_into: null })).body).toMatchObject({ type: 'User', bot: null, commits: 1 });
    await patch(ANN, { bot: null });
    expect((await get(`${path}/${ANN}`)).body).toMatchObject({ merged: [], commits: 1, type: 'User' });
    expect(await firstReviewAfter()).toBe(2 * 3_600);
  });

  it('are in the audit log, each time', async () => {
    const { data } = (await get('/api/v1/orgs/acme/audit-log?action=contributor.change&target=old-ann')).body;
    const nothing = { merged_into: null, bot: null, excluded: false };
    expect(data.map(({ before, after }) => [before, after])).toEqual([
      [{ ...nothing, merged_into: ANN, bot: true }, nothing],
      [nothing, { ...nothing, merged_into: ANN }],
    ]);
  });
});

describe('a contributor', () => {
  it('who is a bot, whatever GitHub says, counts as one; and not any more when that is taken back', async () => {
    await patch(CI, { bot: true });
    expect(await pulls()).toContainEqual({ reason: 'bot', count: 1 });
    expect((await get(`${path}?type=Bot`)).body.data).toMatchObject([{ login: 'ci', bot: true, excluded: false }]);
    await patch(CI, { bot: null });
    expect(await pulls()).not.toContainEqual({ reason: 'bot', count: 1 });
  });

  it('who is excluded is left out, also where bots count', async () => {
    await request('PATCH', '/api/v1/orgs/acme/metric-definitions', {}, { leave_out_bots: false });
    await patch(OLD_ANN, { excluded: true });
    expect(await pulls()).toContainEqual({ reason: 'excluded_person', count: 1 });
    expect(await firstReviewAfter()).toBe(4 * 3_600);
    await patch(OLD_ANN, { excluded: false });
    expect(await pulls()).not.toContainEqual({ reason: 'excluded_person', count: 1 });
    await request('PATCH', '/api/v1/orgs/acme/metric-definitions', {}, { leave_out_bots: null });
  });

  it.each([
    ['nobody', 999, { bot: true }, 404],
    ['into nobody', ANN, { merged_into: 999 }, 422],
    ['into itself', ANN, { merged_into: ANN }, 422],
    ['with a word', ANN, { bot: 'yes' }, 400],
  ])('is not changed: %s', async (_, id, body, status) => {
    expect((await patch(id, body)).status).toBe(status);
  });

  it('counts as the person into whom it is merged, and takes nobody along', async () => {
    await patch(OLD_ANN, { merged_into: ANN });
    expect((await patch(OLD_ANN, { bot: true })).status).toBe(409);
    expect((await patch(ANN, { merged_into: BEN })).status).toBe(409);
    expect((await patch(BEN, { merged_into: OLD_ANN })).body).toMatchObject({ merged_into: ANN });
  });
});

describe('a person who is known by an email alone', () => {
  it('stays the same person when GitHub says whose the email is', async () => {
    await storeFacts(db, 1, 'acme', {
      contributor_emails: [emailFact('cy@home.example', 'Cy'), emailFact('cy@work.example', 'Cy')],
      commits: [
        commitFact(11, 'c', { author_email: 'cy@home.example' }),
        commitFact(11, 'd', { author_email: 'cy@work.example' }),
      ],
    });
    const [first, second] = (await get(`${path}?type=User`)).body.data.filter(({ name }) => name === 'Cy');
    expect((await patch(Number(first?.['id']), { merged_into: ANN })).status).toBe(200);
    expect((await patch(BEN, { merged_into: Number(second?.['id']) })).status).toBe(409);
    await patch(Number(first?.['id']), { merged_into: Number(second?.['id']) });
    const email = (await get('/api/v1/orgs/acme/commits?author=cy@work.example')).body.data;
    expect(new Set(email.map(({ sha }) => sha))).toEqual(new Set(['c', 'd']));
    for (const address of ['cy@work.example', 'cy@home.example']) {
      await storeFacts(db, 1, 'acme', {
        contributors: [contributorFact(507, 'cy')],
        contributor_emails: [emailFact(address, 'Cy', { login: 'cy', user_id: 507 })],
      });
      expect((await get('/api/v1/orgs/acme/commits?author=cy')).body.data).toHaveLength(2);
    }
    expect((await get(`${path}/507`)).body).toMatchObject({ login: 'cy', commits: 2, merged: [] });
  });
});
