import { expect, it } from 'vitest';
import { createTestApi, repositoryFact, storeFacts } from '../../support/api.ts';
import { storeTeamWork } from '../../support/team-work.ts';

const { db, get } = await createTestApi();
const path = '/api/v1/orgs/acme/contributors';
await storeTeamWork(db);
await storeFacts(db, 1, 'acme', repositoryFact(12, 'acme/docs'));

async function summaries(query: string): Promise<Record<string, unknown>> {
  const { body } = await get(`${path}?${query}`);
  return Object.fromEntries(
    body.data.map(({ login, commits, pull_requests, pull_requests_merged, reviews }) => [
      login,
      [commits, pull_requests, pull_requests_merged, reviews],
    ]),
  );
}

it('are summarized over all time by name, whatever they did', async () => {
  const found = await summaries('limit=100');
  expect(Object.keys(found)).toEqual(['ann', 'ben', 'bot[bot]', 'cat', 'dan', 'eve']);
  expect(found).toMatchObject({ ann: [1, 4, 1, 2], eve: [1, 0, 0, 0] });
});

it('of a time are those who did something then, with that alone', async () => {
  expect(await summaries('from=2026-03-20&to=2026-03-22')).toEqual({
    ann: [0, 0, 1, 0],
    ben: [0, 1, 1, 0],
    dan: [1, 0, 0, 0],
  });
  const { body } = await get(`${path}/501?from=2026-03-20&to=2026-03-22`);
  expect(body).toMatchObject({
    pull_requests_merged: 1,
    commits: 0,
    first_seen_at: null,
    last_seen_at: null,
  });
  expect(await summaries('to=2026-03-01')).toEqual({});
});

it('of a date are those of the day of the time zone', async () => {
  const day = 'from=2026-03-30&to=2026-03-31';
  expect(Object.keys(await summaries(day))).toEqual(['ann', 'bot[bot]', 'eve']);
  expect(Object.keys(await summaries(`${day}&time_zone=Pacific/Auckland`))).toEqual(['dan', 'eve']);
});

it('of a team or a repository are those who did something there', async () => {
  expect(Object.keys(await summaries('team=core'))).toEqual(['ann', 'ben']);
  expect(Object.keys(await summaries('repository=shop&team=core&from=2026-03-16T08:00:00Z&to=2026-03-17'))).toEqual([
    'ben',
  ]);
  expect(await summaries('repository=docs')).toEqual({});
  expect((await get(`${path}?repository=none`)).status).toBe(404);
  expect((await get(`${path}?team=none`)).status).toBe(404);
});

it('go on by pages with a filter', async () => {
  const first = await get(`${path}?from=2026-03-01&limit=2`);
  const second = await get(`${path}?from=2026-03-01&limit=4&cursor=${first.body.next_cursor}`);
  expect([...first.body.data, ...second.body.data].map(({ login }) => login)).toEqual(
    Object.keys(await summaries('from=2026-03-01')),
  );
});
