import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withTenant } from '../../../db/tenant.ts';
import { applyFacts } from '../../../src/facts/apply.ts';
import type { Facts } from '../../../src/facts/facts.ts';
import { createTestDatabase } from '../../support/database.ts';
import { makeFolder } from '../../support/git-repository.ts';
import { type StandIn, startStandIn } from '../../support/github/stand-in.ts';
import type { Organization } from '../../support/github/truth/organization.ts';
import { sampleOrg } from '../../support/github/truth/sample-org.ts';
import { connectToStandIn, readPages } from '../../support/read-repository.ts';
import { readRows, removeRows, type Rows } from '../../support/rows.ts';

const { db } = await createTestDatabase();
let standIn: StandIn;
let organization: Organization;

beforeAll(async () => {
  standIn = await startStandIn();
  organization = sampleOrg(standIn.truth, 7, { repositories: 2, commits: 120, pulls: 30 });
});
afterAll(() => standIn.stop());

async function readEverything(options: { pageSize?: number; cloneFromCommits?: number } = {}): Promise<Rows> {
  const { cloneFromCommits = 20_000, ...size } = options;
  const cloneDirectory = makeFolder();
  const { entities, ...connected } = connectToStandIn(db, standIn, { organization, cloneDirectory, cloneFromCommits });
  await removeRows(db, organization.id);
  const tenant = { at: '2026-01-01T00:00:00.000Z', login: organization.login, type: 'Organization' };
  const apply = (facts: readonly Facts[]) =>
    withTenant(db, organization.id, (trx) => applyFacts(trx, organization.id, facts));
  await apply([{ tenants: [{ observed: tenant }] }]);
  for (const repository of organization.repositories) {
    for (const entity of entities.all) {
      for await (const page of readPages(entity, { ...connected, repository, ...size })) await apply(page.facts);
    }
  }
  await entities.stop();
  expect(standIn.violations).toEqual([]);
  return readRows(db, organization.id);
}

/** Some columns of a table's rows, as text, in one order. */
function picked(rows: Rows, table: string, columns: readonly string[]): string[] {
  const texts = (rows[table] ?? []).map((row) => {
    const values = new Map<string, unknown>(Object.entries(row ?? {}));
    return JSON.stringify(columns.map((column) => values.get(column) ?? null));
  });
  return texts.toSorted();
}

function told<T>(items: readonly T[], columns: (item: T) => readonly unknown[]): string[] {
  return items.map((item) => JSON.stringify(columns(item))).toSorted();
}

describe("a repository's pages", () => {
  it('are all that is true of it', async () => {
    const rows = await readEverything();
    const all = organization.repositories;
    const reachable = all.flatMap((one) => [...one.history(one.branches.get(one.defaultBranch) ?? '')]);
    const pulls = all.flatMap((one) => one.pulls);
    const commits = picked(rows, 'commits', ['sha', 'parents', 'additions', 'deletions', 'changed_files']);
    expect(commits).toEqual(
      expect.arrayContaining(
        told(reachable, (one) => [one.sha, one.parents, one.additions, one.deletions, one.changedFiles]),
      ),
    );
    expect(picked(rows, 'pull_requests', ['pull_request_id', 'number', 'title', 'draft', 'additions'])).toEqual(
      told(pulls, (one) => [one.id, one.number, one.title, one.draft, one.additions]),
    );
    expect(picked(rows, 'pull_request_commits', ['number', 'sha'])).toEqual(
      told(
        pulls.flatMap(({ number, commits: shas }) => shas.map((sha) => ({ number, sha }))),
        (one) => [one.number, one.sha],
      ),
    );
    const submitted = pulls.flatMap(({ reviews }) => reviews.filter(({ state }) => state !== 'PENDING'));
    expect(picked(rows, 'reviews', ['review_id', 'state', 'author_id'])).toEqual(
      told(submitted, (one) => [one.id, one.state.toLowerCase(), one.author?.id ?? null]),
    );
    const issues = all.flatMap((one) => one.issues);
    const conversations = [...pulls, ...issues].flatMap((one) => one.comments);
    expect(picked(rows, 'comments', ['comment_id', 'author_id'])).toEqual(
      told([...conversations, ...pulls.flatMap((one) => one.reviewComments)], (one) => [
        one.id,
        one.author?.id ?? null,
      ]),
    );
    expect(picked(rows, 'issues', ['issue_id', 'state_reason'])).toEqual(
      told(issues, (one) => [one.id, one.stateReason]),
    );
    expect(picked(rows, 'releases', ['release_id', 'tag_name', 'prerelease'])).toEqual(
      told(
        all.flatMap((one) => one.releases),
        (one) => [one.id, one.tagName, one.prerelease],
      ),
    );
    const deployments = all.flatMap((one) => one.deployments);
    expect(picked(rows, 'deployments', ['deployment_id', 'sha'])).toEqual(
      told(deployments, (one) => [one.id, one.sha]),
    );
    expect(picked(rows, 'deployment_statuses', ['deployment_status_id', 'state'])).toEqual(
      told(
        deployments.flatMap(({ statuses }) => statuses),
        (one) => [one.id, one.state],
      ),
    );
    expect(picked(rows, 'branches', ['name', 'head_sha'])).toEqual(
      told(
        all.flatMap((one) => [...one.branches]),
        (one) => one,
      ),
    );
    expect(picked(rows, 'workflow_runs', ['workflow_run_id', 'conclusion'])).toEqual(
      told(
        all.flatMap((one) => one.workflowRuns),
        (one) => [one.id, one.conclusion],
      ),
    );
  });

  it('are the same however small they are', async () => {
    const tables = ['commits', 'pull_requests', 'pull_request_commits', 'comments', 'releases', 'deployments'];
    const whole = await readEverything();
    const small = await readEverything({ pageSize: 7 });
    for (const table of tables) expect(small[table]).toEqual(whole[table]);
  });

  it('are the same from a clone, but for line counts', async () => {
    const columns = ['sha', 'parents', 'message_headline', 'author_name', 'author_email', 'committer_email'];
    const times = ['authored_at', 'committed_at', 'co_authors', 'observed_rank'];
    const api = await readEverything({ pageSize: 10 });
    const before = standIn.requests.length;
    const cloned = await readEverything({ pageSize: 10, cloneFromCommits: 20 });
    const asked = standIn.requests.slice(before).map(({ path }) => path);
    expect(asked.filter((path) => path.includes('.git/'))).not.toEqual([]);
    expect(picked(cloned, 'commits', [...columns, ...times])).toEqual(picked(api, 'commits', [...columns, ...times]));
  });
});
