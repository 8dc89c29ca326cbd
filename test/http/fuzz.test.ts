import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTestApi, OPERATOR_TOKEN, repositoryFact, SEEN_AT, storeFacts } from '../support/api.ts';
import { arbitraryRequest, type HostileRequest } from '../support/arbitrary-request.ts';
import { serveTestApi } from '../support/cli.ts';
import { type Operation, readDocument } from '../support/operations.ts';
import { commitFact, contributorFact, deploymentFact, issueFact, pullFact } from '../support/sample-facts.ts';
import { ACME, storeSampleOrgs } from '../support/sample-orgs.ts';

/** In everything that the other organization has, and in nothing that is sent. */
const MARK = 'quokka';
/** The same requests each time; others, and more, are for looking for faults, and not for a build to fail by chance. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 1);
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 30);

const test = await createTestApi();
await storeSampleOrgs(test.db);
await storeFacts(test.db, 8, `${MARK}s`, repositoryFact(81, `${MARK}s/${MARK}-vault`), {
  teams: [teamFact(82, MARK)],
  commits: [
    commitFact(81, `${MARK}1`, { message_headline: MARK, author_name: MARK, author_email: `${MARK}@x.example` }),
  ],
  pull_requests: [pullFact(81, 1, { title: MARK, head_ref: MARK })],
  issues: [issueFact(81, 3, { title: MARK, labels: ['incident'] })],
  deployments: [deploymentFact(81, 800, { environment: MARK })],
  contributors: [contributorFact(508, `${MARK}-eve`)],
});

await storeFacts(test.db, ACME, 'acme', { teams: [teamFact(41, 'platform')] });

const port = await serveTestApi(test);
const { operations, schemas } = readDocument(test.document);
/** What there is, of the organization and of another one. */
const known = {
  org: ['acme', 'Acme', String(ACME)],
  repo: ['shop', 'docs', '11', '81', 'gone'],
  repository: ['shop', 'docs', '11', '81'],
  slug: ['platform', '41', '82'],
  team: ['platform', '41', '82'],
  login: ['ann', 'ben', '501', '508'],
  author: ['ann', 'ann@acme.example', '502'],
  id: ['1', '2', '501', '502', '508', '800'],
  number: ['1', '2', '3'],
  issue: ['3', '4'],
  metric: ['lead-time', 'change-fail-rate', 'team-health'],
  file: ['lead-time.csv', 'team-health.csv'],
  environment: ['production', 'edge'],
  deployment: ['1', '4', '800'],
  sha: ['c1', 'b'],
  from: ['2026-02-01', '2026-02-03T10:00:00Z'],
  to: ['2026-03-01', '2026-02-20T10:00:00Z'],
  since: ['2026-02-01'],
  until: ['2026-03-01T00:00:00Z'],
  at: ['2026-02-05', '2026-02-05T10:00:00+02:00'],
  time_zone: ['Europe/Berlin', 'UTC'],
  compare: ['previous', '2026-01-01..2026-02-01'],
};

function teamFact(team_id: number, slug: string) {
  return { team_id, observed: { at: SEEN_AT, removed_at: null, slug, name: slug, parent_id: null } };
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

async function send(request: HostileRequest, token: string): Promise<Answer> {
  const { method, path, body } = request;
  // The server may close a connection on which it has answered before the body was there.
  const headers = { ...request.headers, authorization: `Bearer ${token}`, connection: 'close' };
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
  });
  return { status: response.status, headers: response.headers, text: await textOf(response) };
}

/** A stream of events has no end. */
async function textOf(response: Response): Promise<string> {
  if (response.headers.get('content-type')?.startsWith('text/event-stream') !== true) return response.text();
  await response.body?.cancel();
  return '';
}

async function issueToken(role: string): Promise<string> {
  const path = '/api/v1/orgs/acme/tokens';
  const scopes = role === 'viewer' ? ['read'] : ['read', 'write', 'ingest', 'admin'];
  const { body } = await test.request('POST', path, {}, { name: 'fuzz', role, scopes });
  return String(body['token']);
}

/** Of an error: which of its parts are not as they must be. */
function faultsOf({ status, headers, text }: Answer, { statuses }: Operation): string[] {
  const faults: string[] = [];
  if (status >= 500) faults.push(`answered ${status}: ${text}`);
  if (!statuses.includes(status)) faults.push(`the document has no ${status}: ${text}`);
  if (status >= 400) {
    if (headers.get('content-type') !== 'application/problem+json') faults.push(`${status} without problem details`);
    if (/\bat .*\.[jt]s:\d|node_modules|syntax error|invalid input syntax|violates|relation "|column "/i.test(text)) {
      faults.push(`tells of its inside: ${text.slice(0, 300)}`);
    }
  }
  return faults;
}

/** Reads first, and what removes much at the end. */
const inOrder = operations.toSorted((a, b) => rank(a) - rank(b));

function rank({ method, id }: Operation): number {
  return id === 'deleteOrg' ? 3 : ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'].indexOf(method) / 2;
}

it('reaches every operation', () => {
  expect(operations.length).toBeGreaterThan(70);
  expect(new Set(operations.map(({ id }) => id)).size).toBe(operations.length);
});

describe('whatever is sent', () => {
  const done = new Set<string>();

  it.each(inOrder)(
    '$id answers with what its document says, or with problem details',
    async (operation) => {
      const tokens = [OPERATOR_TOKEN, await issueToken('owner'), await issueToken('viewer')];
      const requests = arbitraryRequest(operation, { schemas, known });
      const property = fc.asyncProperty(requests, fc.constantFrom(...tokens), async (request, token) => {
        const answer = await send(request, token);
        if (answer.status < 300) done.add(operation.id);
        const isToldOfOthers = token === OPERATOR_TOKEN || JSON.stringify(request).includes(MARK);
        expect(faultsOf(answer, operation)).toEqual([]);
        expect(!isToldOfOthers && answer.text.includes(MARK)).toBe(false);
      });
      await fc.assert(property, { numRuns: RUNS, seed: SEED });
    },
    120_000,
  );

  it('is often enough right that most operations are done', () => {
    expect(done.size).toBeGreaterThan(operations.length * 0.6);
  });
});

describe('another organization', () => {
  const ofOrgs = operations.filter(({ path }) => path.includes('{org}'));

  it.each(ofOrgs)('$id says of it what it says of one that is not there', async (operation) => {
    const token = await issueToken('owner');
    const requests = arbitraryRequest(operation, { schemas, known: { ...known, org: ['ORG'] } }).filter(({ path }) =>
      path.includes('/ORG'),
    );
    const property = fc.asyncProperty(requests, async (request) => {
      const [theirs, nobodys] = await Promise.all(
        [`${MARK}s`, 'nobodys'].map((org) =>
          send({ ...request, path: request.path.replace('/ORG', `/${org}`) }, token),
        ),
      );
      expect(theirs?.status).toBe(404);
      expect(neutral(theirs)).toEqual(neutral(nobodys));
    });
    await fc.assert(property, { numRuns: 5, seed: SEED });
  });
});

function neutral(answer: Answer | undefined): unknown {
  const { request_id: _, ...details } = JSON.parse(answer?.text.replaceAll(/quokkas|nobodys/g, 'X') ?? '{}');
  return details;
}
