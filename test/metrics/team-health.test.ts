import { describe, expect, it } from 'vitest';
import { recomputeTouched } from '../../src/metrics/derive/recompute.ts';
import { createTestApi, repositoryFact, SEEN_AT, storeFacts } from '../support/api.ts';
import { commitFact, contributorFact, emailFact, pullFact, reviewFact } from '../support/sample-facts.ts';

const { db, get } = await createTestApi();
const [TENANT, SHOP, CORE] = [1, 11, 31];
const people = ['ann', 'ben', 'cat', 'dan', 'eve'].map((login, index) => ({ login, id: 501 + index }));
const [ANN, BEN, CAT, DAN, BOT] = [501, 502, 503, 504, 510];
const path = '/api/v1/orgs/acme/metrics/team-health';
const march = 'from=2026-03-01&to=2026-03-31T12:00:00Z';
const DAY = 86_400;

const opened = (number: number, author_id: number, observed: object) => ({
  pull_requests: [pullFact(SHOP, number, { author_id, created_at: '2026-03-30T12:00:00.000Z', ...observed })],
});
let reviews = 0;
const reviewed = (number: number, author_id: number, state = 'approved', day = '12') =>
  reviewFact(SHOP, (reviews += 1), { number, author_id, state, submitted_at: `2026-03-${day}T10:00:00.000Z` });
const merged = { state: 'merged', created_at: '2026-03-10T00:00:00.000Z', merged_at: '2026-03-20T00:00:00.000Z' };
const written = (login: string, time: string) =>
  commitFact(SHOP, `${login}-${time}`, {
    author_email: `${login}@acme.example`,
    authored_at: time,
    committed_at: time,
  });

await storeFacts(
  db,
  TENANT,
  'acme',
  repositoryFact(SHOP, 'acme/shop'),
  {
    contributors: [
      ...people.map(({ id, login }) => contributorFact(id, login)),
      contributorFact(BOT, 'bot[bot]', 'Bot'),
    ],
    contributor_emails: people.map(({ id, login }) =>
      emailFact(`${login}@acme.example`, login, { login, user_id: id }),
    ),
    teams: [
      { team_id: CORE, observed: { at: SEEN_AT, slug: 'core', name: 'Core', parent_id: null, removed_at: null } },
    ],
    team_members: [ANN, BEN].map((user_id) => ({
      team_id: CORE,
      user_id,
      observed: { at: SEEN_AT, role: 'member', removed_at: null },
    })),
  },
  // Open at the end: one waits for 24 hours, one is a draft, one has been reviewed, and one is of a bot.
  opened(1, ANN, {}),
  opened(2, BEN, { draft: true, created_at: '2026-03-21T12:00:00.000Z' }),
  opened(3, CAT, { created_at: '2026-03-11T12:00:00.000Z' }),
  opened(4, BOT, {}),
  // Not open then: one is closed, and one comes later. The last is closed after the end.
  opened(5, ANN, { state: 'closed', closed_at: '2026-03-31T00:00:00.000Z' }),
  opened(6, ANN, { created_at: '2026-04-01T00:00:00.000Z' }),
  opened(7, DAN, { state: 'closed', created_at: '2026-03-29T12:00:00.000Z', closed_at: '2026-04-02T00:00:00.000Z' }),
  opened(8, ANN, merged),
  opened(9, BEN, merged),
  {
    commits: [
      written('ann', '2026-03-16T07:00:00.000Z'),
      written('ben', '2026-03-16T17:59:59.000Z'),
      written('cat', '2026-03-16T18:00:00.000Z'),
      written('dan', '2026-03-21T11:00:00.000Z'),
      // In Berlin it is 8 o'clock by then, in summer time.
      written('eve', '2026-03-30T06:00:00.000Z'),
    ],
    pull_request_commits: [
      { repository_id: SHOP, number: 8, sha: 'ben-2026-03-16T17:59:59.000Z', listed: { at: SEEN_AT } },
    ],
    reviews: [
      reviewed(3, ANN),
      reviewed(8, BEN, 'changes_requested'),
      reviewed(8, BEN, 'approved', '18'),
      reviewed(8, CAT),
      reviewed(8, ANN),
      reviewed(8, BOT),
      reviewed(9, DAN),
      reviewed(9, BEN),
      reviewed(1, BOT),
      reviewed(9, CAT, 'approved', '31'),
    ],
  },
);
await recomputeTouched(db, TENANT);

async function measuresOf(query: string) {
  const { body } = await get(`${path}?${query}`);
  const measures = body['measures'] as { measure: string; value: number | null }[];
  return { ...Object.fromEntries(measures.map(({ measure, ...rest }) => [measure, rest])), quality: body['quality'] };
}
const codes = (quality: unknown) => (quality as { code: string }[]).map(({ code }) => code);

describe("a team's health", () => {
  it('tells what is open at the end of the window, how old it is, and what waits for a review', async () => {
    expect(await measuresOf(march)).toMatchObject({
      work_in_progress: { value: 4, unit: 'count', n: 4 },
      open_age: { value: (2 * DAY + 10 * DAY) / 2, unit: 'seconds', n: 4 },
      waiting_for_review: { value: 2 },
      waiting_age: { value: 1.5 * DAY, n: 2 },
    });
  });

  it('tells how often pull requests were reviewed and done again', async () => {
    expect(await measuresOf(march)).toMatchObject({
      reviews_per_pull_request: { value: 2.5, numerator: 5, denominator: 2 },
      rework_cycles_per_pull_request: { value: 0.5, numerator: 1, denominator: 2 },
    });
  });

  it('tells how few did half of the reviews, and names nobody', async () => {
    const found = await measuresOf(march);
    expect(found).toMatchObject({ review_load_spread: { value: 0.5, n: 6, numerator: 2, denominator: 4 } });
    const named = people.filter(({ login, id }) => new RegExp(`\\b(${login}|${id})\\b`).test(JSON.stringify(found)));
    expect(named).toEqual([]);
  });

  it('tells the part of work outside hours of the time zone', async () => {
    expect(await measuresOf(`${march}&time_zone=Europe/Berlin`)).toMatchObject({
      outside_hours: { value: 0.4, numerator: 2, denominator: 5 },
      quality: [],
    });
    expect(await measuresOf(march)).toMatchObject({ outside_hours: { value: 0.6, numerator: 3 } });
  });

  it('does not tell it of fewer than five people', async () => {
    const found = await measuresOf(`${march}&team=core&time_zone=Europe/Berlin`);
    expect(found).toMatchObject({ outside_hours: { value: null, numerator: null, denominator: null, n: 2 } });
    expect(codes(found.quality)).toEqual(['few_people']);
    expect(await measuresOf('from=2026-03-01&to=2026-03-29')).toMatchObject({ outside_hours: { value: null } });
  });

  it('is that of the people who were in the team', async () => {
    expect(await measuresOf(`${march}&team=core`)).toMatchObject({
      work_in_progress: { value: 2 },
      waiting_for_review: { value: 1 },
      review_load_spread: { numerator: 1, denominator: 2, n: 3 },
    });
  });

  it('says what is not known, and why', async () => {
    const found = await measuresOf('from=2020-01-01&to=2020-02-01');
    expect(found).toMatchObject({
      work_in_progress: { value: 0 },
      open_age: { value: null },
      reviews_per_pull_request: { value: null },
      review_load_spread: { value: null },
    });
    expect(codes(found.quality)).toEqual(['no_merged_pull_requests', 'no_reviews', 'few_people']);
  });
});
