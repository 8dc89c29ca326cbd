import { sql } from 'kysely';
import { beforeAll, describe, expect, it } from 'vitest';
import { withTenant } from '../../db/tenant.ts';
import { recomputeAll } from '../../src/metrics/derive/recompute.ts';
import { SYNC_ACCESS } from '../../src/queue.ts';
import { accessJob } from '../../src/sync/organization/access-job.ts';
import { syncAccess } from '../../src/sync/organization/sync-access.ts';
import { OPERATOR_TOKEN } from '../support/api.ts';
import { Browser } from '../support/browser.ts';
import type { Person } from '../support/github/truth/person.ts';
import { createLoginApi } from '../support/login.ts';
import { createSyncedOrg } from '../support/synced-org.ts';

const size = {
  repositories: 6,
  people: 12,
  commits: 40,
  pulls: 12,
  issues: 4,
  releases: 2,
  deployments: 6,
  workflowRuns: 2,
};
const { standIn, organization, tenantId, ...shiplog } = await createSyncedOrg(7, size);
const { db, queue, github } = shiplog;
const api = createLoginApi(standIn, shiplog);
// Nobody may read anything but by a grant. The first and the fourth are public.
organization.basePermission = 'none';
for (const team of organization.teams) team.repositories.clear();
const [person] = [...organization.members].find(([, role]) => role === 'member') ?? [];
const [owner] = [...organization.members].find(([, role]) => role === 'admin') ?? [];
const granted = organization.repositories[1];
if (!person || !owner || !granted) throw new Error('the sample organization is too small');
for (const repository of organization.repositories) repository.collaborators.clear();
granted.collaborators.set(person, 'read');

const readable = organization.repositories.filter((repository) => !repository.private || repository === granted);
const hidden = organization.repositories.filter((repository) => !readable.includes(repository));
const secrets = hidden.flatMap(({ fullName, commits }) => [`${fullName}"`, ...[...commits.keys()].slice(0, 20)]);

beforeAll(async () => {
  await shiplog.reconcile();
  await syncAccess({ db, github, queue }, { tenantId, priority: 'live', subject: { kind: 'organization' } });
  for (;;) {
    const [job] = await queue.fetch(SYNC_ACCESS);
    if (!job) break;
    await syncAccess({ db, github, queue }, accessJob.parse(job.data));
    await queue.complete(SYNC_ACCESS, job.id);
  }
  await recomputeAll(db, tenantId, new AbortController().signal);
}, 120_000);

async function logIn(who: Person): Promise<Browser> {
  standIn.oauth.person = who;
  const browser = new Browser(api);
  await browser.logIn();
  return browser;
}

async function listReads(): Promise<string[]> {
  const { paths } = Object(await (await api.request('/openapi.json')).json());
  return Object.entries<object>(paths).flatMap(([path, methods]) =>
    // Of the stream of events, its own test tells.
    'get' in methods && !JSON.stringify(methods.get).includes('text/event-stream') ? [path] : [],
  );
}

const ask = async (browser: Browser, path: string) => Object(await (await browser.open(path)).json());

it('has something to hide', () => {
  expect(readable.length).toBe(3);
  expect(hidden.length).toBe(3);
});

describe('a person who may not read some repositories on GitHub', () => {
  it('finds nothing of them, whatever they ask for and whatever their role', async () => {
    const browser = await logIn(person);
    await withTenant(db, tenantId, (trx) =>
      sql`update members set role = 'owner', source = 'manual' where tenant_id = ${tenantId} and user_id = ${person.id}`.execute(
        trx,
      ),
    );
    const asked: string[] = [];
    const parameters: Record<string, string> = {
      org: 'acme',
      repo: granted.name,
      slug: organization.teams[0]?.slug ?? '',
      login: person.login,
      metric: 'lead-time',
      file: 'lead-time.csv',
    };
    for (const template of await listReads()) {
      const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => parameters[name] ?? '1');
      const answer = await browser.open(path);
      const text = await answer.text();
      expect(secrets.filter((secret) => text.includes(secret)).map((secret) => `${path} has ${secret}`)).toEqual([]);
      if (answer.status === 200) asked.push(path);
    }
    expect(asked.length).toBeGreaterThan(25);
    // The operator is told: what was looked for would have been found.
    const headers = { authorization: `Bearer ${OPERATOR_TOKEN}` };
    const found = new Set<string>();
    for (const path of asked) {
      const text = await (await api.request(path, { headers })).text();
      for (const secret of secrets) if (text.includes(secret)) found.add(path);
    }
    expect(found.size).toBeGreaterThan(5);
  });

  it('gets 404 where they name one, as for one that is not there', async () => {
    const browser = await logIn(person);
    for (const [index, { name, id }] of hidden.entries()) {
      for (const path of ['', '/access'].map(
        (end) => `/api/v1/orgs/acme/repositories/${index % 2 ? name : id}${end}`,
      )) {
        expect([path, (await browser.open(path)).status]).toEqual([path, 404]);
      }
      for (const list of ['commits', 'pulls', 'issues', 'metrics', 'metrics/lead-time/rows', 'exports/lead-time.csv']) {
        const path = `/api/v1/orgs/acme/${list}?repository=${name}`;
        expect([path, (await browser.open(path)).status]).toEqual([path, 404]);
      }
      const number = hidden[index]?.pulls[0]?.number;
      expect((await browser.open(`/api/v1/orgs/acme/pulls/${name}/${number}`)).status).toBe(404);
    }
  });

  it('counts what they may read, and nothing else', async () => {
    const whole = (await ask(await logIn(owner), '/api/v1/orgs/acme')).counts;
    const part = (await ask(await logIn(person), '/api/v1/orgs/acme')).counts;
    const shas = (repositories: typeof readable) => repositories.reduce((sum, { commits }) => sum + commits.size, 0);
    expect(whole.commits).toBe(shas(organization.repositories));
    expect(part.commits).toBe(shas(readable));
    expect(part.pull_requests).toBeLessThan(whole.pull_requests);
  });

  it('gets the numbers of what they may read, the rows that they come from, and the same from another who may', async () => {
    const window = 'from=2024-06-01&to=2026-03-01';
    const browser = await logIn(person);
    const metric = await ask(browser, `/api/v1/orgs/acme/metrics/pr-cycle?${window}`);
    const all = await ask(await logIn(owner), `/api/v1/orgs/acme/metrics/pr-cycle?${window}`);
    expect(metric.n).toBeGreaterThan(0);
    expect(metric.n).toBeLessThan(all.n);
    let n = 0;
    const other = await logIn(owner);
    for (const { name } of readable) {
      n += (await ask(other, `/api/v1/orgs/acme/metrics/pr-cycle?${window}&repository=${name}`)).n;
    }
    expect(metric.n).toBe(n);
  });

  it('sees one from the moment that a grant is known, and no more when it is gone', async () => {
    const browser = await logIn(person);
    const [repository] = hidden;
    const path = `/api/v1/orgs/acme/repositories/${repository?.name}`;
    const subject = { kind: 'repository', id: repository?.id ?? 0 } as const;
    const read = async () => {
      await syncAccess({ db, github, queue }, { tenantId, priority: 'live', subject });
      return (await browser.open(path)).status;
    };
    repository?.collaborators.set(person, 'triage');
    expect(await read()).toBe(200);
    repository?.collaborators.delete(person);
    expect(await read()).toBe(404);
  });
});

describe('an owner on GitHub', () => {
  it('sees every repository, also one whose access nobody has read yet', async () => {
    const browser = await logIn(owner);
    await withTenant(db, tenantId, (trx) =>
      sql`delete from repository_access where tenant_id = ${tenantId}`.execute(trx),
    );
    const { data } = Object(await (await browser.open('/api/v1/orgs/acme/repositories')).json());
    expect(data).toHaveLength(organization.repositories.length);
  });
});
