import { describe, expect, it } from 'vitest';
import { healthMeasureNames } from '../../src/metrics/query/health/measures.ts';
import { recomputeTouched } from '../../src/metrics/derive/recompute.ts';
import { createTestApi, repositoryFact, storeFacts } from '../support/api.ts';
import { pullFact } from '../support/sample-facts.ts';
import { people, storeTeamWork } from '../support/team-work.ts';

const { db, get } = await createTestApi();
const path = '/api/v1/orgs/acme/metrics/team-health';
const march = 'from=2026-03-01&to=2026-03-31T12:00:00Z';
const DAY = 86_400;

await storeTeamWork(db);

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
    expect(codes(found.quality)).toEqual(['few_people', 'team_before_first_reading']);
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
    expect(codes(found.quality)).toEqual(['no_merged_pull_requests', 'no_reviews', 'few_people', 'nothing_open']);
    const toCome = await measuresOf('from=2200-01-01&to=2200-02-01');
    expect(toCome).toMatchObject({ work_in_progress: { value: null } });
    expect(codes(toCome.quality)).toContain('window_to_come');
  });

  it('has no spread of reviews where one person did them all', async () => {
    const found = await measuresOf('from=2026-03-18&to=2026-03-19');
    expect(found).toMatchObject({ review_load_spread: { value: null, n: 1, denominator: 1 } });
    expect(codes(found.quality)).toContain('one_reviewer');
  });

  it('does not count reviews as none where none was ever told, as after a replay', async () => {
    await storeFacts(db, 3, 'replayed', repositoryFact(91, 'replayed/shop'), {
      pull_requests: [
        pullFact(91, 1, {
          state: 'merged',
          created_at: '2026-03-10T00:00:00.000Z',
          merged_at: '2026-03-11T00:00:00.000Z',
        }),
      ],
    });
    await recomputeTouched(db, 3);
    const { body } = await get(`/api/v1/orgs/replayed/metrics/team-health?${march}&measure=reviews_per_pull_request`);
    expect(body).toMatchObject({ value: null, n: 1, numerator: null });
    expect(codes(body['quality'])).toContain('no_reviews_known');
  });

  it('is not known without a repository', async () => {
    await storeFacts(db, 2, 'empty');
    const { body } = await get('/api/v1/orgs/empty/metrics/team-health');
    expect(body).toMatchObject({ value: null, quality: [{ code: 'no_repositories' }] });
  });
});

describe('team health as a metric', () => {
  it('is one of the metrics, with the measure that is asked for as its value', async () => {
    const { body } = await get(`/api/v1/orgs/acme/metrics?${march}`);
    const first = body.data.find(({ metric }) => metric === 'team-health');
    expect(first).toEqual((await get(`${path}?${march}`)).body);
    expect(first).toMatchObject({ measure: 'work_in_progress', value: 4, definition_version: '2026.1', bands: [] });
    const asked = (await get(`${path}?${march}&measure=review_load_spread`)).body;
    expect(asked).toMatchObject({ measure: 'review_load_spread', value: 0.5, unit: 'ratio', n: 6 });
    expect(asked).toMatchObject({
      excluded: [
        { reason: 'bot', count: 2 },
        { reason: 'own', count: 2 },
      ],
    });
  });

  it('explains each measure', async () => {
    const explanations = [];
    for (const measure of healthMeasureNames) {
      const { body } = await get(`${path}/explain?${march}&time_zone=Europe/Berlin&measure=${measure}`);
      explanations.push([body['measure'], body['formula']]);
    }
    expect(explanations).toEqual([
      ['work_in_progress', '4 counted'],
      ['open_age', `median of 4 = ${6 * DAY}`],
      ['waiting_for_review', '2 counted'],
      ['waiting_age', `median of 2 = ${1.5 * DAY}`],
      ['reviews_per_pull_request', '5 ÷ 2 = 2.5'],
      ['rework_cycles_per_pull_request', '1 ÷ 2 = 0.5'],
      ['review_load_spread', '2 ÷ 4 = 0.5'],
      ['outside_hours', '2 ÷ 5 = 0.4'],
    ]);
  });

  it('has no rows of work outside hours, and no measures of other metrics', async () => {
    const rows = await get(`${path}/rows?${march}&measure=outside_hours`);
    expect(rows).toMatchObject({ status: 422, body: { detail: expect.stringContaining('who works when') } });
    const lead = '/api/v1/orgs/acme/metrics/lead-time';
    for (const of of [lead, `${lead}/rows`, `${lead}/explain`]) {
      expect((await get(`${of}?measure=open_age`)).status).toBe(422);
    }
    expect((await get(`${path}?environment=prod`)).body['quality']).toContainEqual(
      expect.objectContaining({ code: 'environment_ignored' }),
    );
  });

  it('tells of a review which pull request it is of, and not who gave it', async () => {
    const { body } = await get(`${path}/rows?${march}&measure=review_load_spread&limit=100`);
    expect(body.data[0]?.['detail']).toEqual({ number: 9, state: 'approved' });
    expect(JSON.stringify(body)).not.toMatch(/\b(ann|ben|cat|dan|eve|50\d)\b/);
  });
});
