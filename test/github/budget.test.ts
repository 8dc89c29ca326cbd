import { sql } from 'kysely';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Database } from '../../db/connection.ts';
import { withTenant } from '../../db/tenant.ts';
import { readBudget, recordBudget } from '../../src/github/budget.ts';
import { createGitHub } from '../../src/github/create-github.ts';
import type { GitHub, InstallationRef } from '../../src/github/github.ts';
import { createLogger } from '../../src/logging.ts';
import { createTestDatabase } from '../support/database.ts';
import { type AnsweringServer, startAnsweringServer } from './answering-server.ts';

const log = createLogger({ level: 'silent', format: 'json' });
const organization = { route: 'GET /orgs/{org}', parameters: { org: 'acme' }, data: z.object({ login: z.string() }) };
const viewer = {
  name: 'Viewer',
  text: 'query Viewer { viewer { login } rateLimit { limit remaining resetAt } }',
  data: z.object({ viewer: z.object({ login: z.string() }) }),
};
const inAnHour = () => new Date(Math.floor(Date.now() / 1_000) * 1_000 + 3_600_000);

let db: Database;
let server: AnsweringServer;
let github: GitHub;
let ref: InstallationRef = { tenantId: 0, installationId: 0 };

beforeAll(async () => {
  ({ db } = await createTestDatabase());
  server = await startAnsweringServer();
});
beforeEach(() => {
  server.asked.length = 0;
  ref = { tenantId: ref.tenantId + 1, installationId: ref.installationId + 1 };
  github = createGitHub({ config: server.config, db, log });
  server.answer(({ path }) => (path.startsWith('/api/v3/orgs/') ? { body: { login: 'acme' } } : undefined));
});

const asked = (path: string) => server.asked.filter((one) => one.path === path);

async function setRemaining(remaining: number, resetAt = inAnHour()): Promise<void> {
  await recordBudget(db, ref, { resource: 'core', limit: 1_000, remaining, resetAt });
}

describe('the budget', () => {
  it('is known before the first call, and asked for once', async () => {
    const client = github.installation(ref, { priority: 'live' });
    await Promise.all([client.rest(organization), client.rest(organization)]);
    await client.rest(organization);
    expect(asked('/api/v3/rate_limit')).toHaveLength(1);
    expect(
      (await readBudget(db, ref.tenantId)).budgets.map(({ resource, remaining }) => ({ resource, remaining })),
    ).toEqual([
      { resource: 'core', remaining: 5_000 },
      { resource: 'graphql', remaining: 5_000 },
    ]);
  });

  it('leaves 30 % to live work', async () => {
    const resetAt = inAnHour();
    await setRemaining(300, resetAt);
    const history = github.installation(ref, { priority: 'history' });
    await expect(history.rest(organization)).rejects.toMatchObject({ name: 'RateLimitedError', retryAt: resetAt });
    expect(asked('/api/v3/orgs/acme')).toHaveLength(0);
    expect(await github.installation(ref, { priority: 'live' }).rest(organization)).toEqual({ login: 'acme' });
  });

  it('lets history go on while there is more than the reserve', async () => {
    await setRemaining(301);
    expect(await github.installation(ref, { priority: 'history' }).rest(organization)).toEqual({ login: 'acme' });
  });

  it('that is used up stops live work before it asks', async () => {
    await setRemaining(0);
    const live = github.installation(ref, { priority: 'live' });
    await expect(live.rest(organization)).rejects.toMatchObject({ name: 'RateLimitedError' });
    expect(server.asked).toEqual([]);
  });

  it('past its reset is asked for again', async () => {
    await setRemaining(0, new Date(Date.now() - 1_000));
    expect(await github.installation(ref, { priority: 'live' }).rest(organization)).toEqual({ login: 'acme' });
    expect(asked('/api/v3/rate_limit')).toHaveLength(1);
  });

  it('of an installation before this one is not its own', async () => {
    await setRemaining(0);
    const reinstalled = { ...ref, installationId: 9_000 };
    expect(await github.installation(reinstalled, { priority: 'live' }).rest(organization)).toEqual({ login: 'acme' });
  });

  it('follows what the answers tell, in headers and in the data of GraphQL', async () => {
    const reset = Math.floor(inAnHour().getTime() / 1_000);
    const headers = {
      'x-ratelimit-resource': 'core',
      'x-ratelimit-limit': '5000',
      'x-ratelimit-remaining': '4990',
      'x-ratelimit-reset': String(reset),
    };
    const rateLimit = { limit: 5_000, remaining: 4_800, resetAt: inAnHour().toISOString() };
    server.answer(({ path }) => {
      if (path === '/api/graphql') return { body: { data: { viewer: { login: 'app' }, rateLimit } } };
      return path.startsWith('/api/v3/orgs/') ? { headers, body: { login: 'acme' } } : undefined;
    });
    const live = github.installation(ref, { priority: 'live' });
    await live.rest(organization);
    await live.graphql(viewer, {});
    expect((await readBudget(db, ref.tenantId)).budgets).toMatchObject([{ remaining: 4_990 }, { remaining: 4_800 }]);
  });

  it('only falls within a window, whatever order answers come in', async () => {
    const resetAt = inAnHour();
    for (const remaining of [400, 380, 390]) await setRemaining(remaining, resetAt);
    await setRemaining(900, new Date(resetAt.getTime() - 3_600_000));
    expect((await readBudget(db, ref.tenantId)).budgets).toMatchObject([{ remaining: 380, resetAt }]);
    await setRemaining(1_000, new Date(resetAt.getTime() + 3_600_000));
    expect((await readBudget(db, ref.tenantId)).budgets).toMatchObject([{ remaining: 1_000 }]);
  });

  it('is no limit where the server has none', async () => {
    server.answer(({ path }) => {
      if (path === '/api/v3/rate_limit') return { status: 404, body: { message: 'Rate limiting is not enabled.' } };
      return path.startsWith('/api/v3/orgs/') ? { body: { login: 'acme' } } : undefined;
    });
    const history = github.installation(ref, { priority: 'history' });
    await history.rest(organization);
    await history.rest(organization);
    expect(asked('/api/v3/rate_limit')).toHaveLength(1);
  });
});

describe('an answer that still holds', () => {
  it('is not sent again, and costs nothing', async () => {
    server.answer(({ path, headers }) => {
      if (!path.startsWith('/api/v3/orgs/')) return undefined;
      return headers['if-none-match'] === '"one"'
        ? { status: 304 }
        : { headers: { etag: '"one"' }, body: { login: 'acme' } };
    });
    const live = github.installation(ref, { priority: 'live' });
    expect([await live.rest(organization), await live.rest(organization)]).toEqual([
      { login: 'acme' },
      { login: 'acme' },
    ]);
    expect(asked('/api/v3/orgs/acme').map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"one"']);
  });
});

describe('pages', () => {
  it('follow the Link header to the end, and to nobody but GitHub', async () => {
    const host = server.config.gheHost ?? '';
    let next = `http://${host}/api/v3/orgs/acme/teams?page=2`;
    server.answer(({ path }) => {
      if (!path.startsWith('/api/v3/orgs/acme/teams')) return undefined;
      if (path.includes('page=2')) return { body: [3] };
      return { headers: { link: `<${next}>; rel="next"` }, body: [1, 2] };
    });
    const request = { route: 'GET /orgs/{org}/teams', parameters: { org: 'acme' }, data: z.array(z.int()) };
    const live = github.installation(ref, { priority: 'live' });
    const pages: number[][] = [];
    for await (const page of live.restPages(request)) pages.push(page);
    expect(pages).toEqual([[1, 2], [3]]);
    expect(asked('/api/v3/orgs/acme/teams?per_page=100')).toHaveLength(1);
    next = 'https://elsewhere.example/teams?page=2';
    const away = live.restPages(request)[Symbol.asyncIterator]();
    await away.next();
    await expect(away.next()).rejects.toMatchObject({ name: 'UnexpectedResponseError' });
  });
});

describe('a token', () => {
  it('is made anew when the installation has been granted something else', async () => {
    const live = github.installation(ref, { priority: 'live' });
    await live.rest(organization);
    await withTenant(db, ref.tenantId, async (trx) => {
      await sql`insert into tenants (tenant_id, login, type, observed_at, observed_rank) values (${ref.tenantId}, 'acme', 'Organization', now(), 0)`.execute(
        trx,
      );
      await sql`insert into installations (tenant_id, installation_id, permissions) values (${ref.tenantId}, ${ref.installationId}, '{"members": "read"}')`.execute(
        trx,
      );
    });
    await live.rest(organization);
    await live.rest(organization);
    expect(server.asked.filter(({ path }) => path.endsWith('/access_tokens'))).toHaveLength(2);
  });
});
