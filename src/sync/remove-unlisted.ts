import { sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '../../db/connection.ts';
import { type Trx, withTenant } from '../../db/tenant.ts';
import { id } from '../events/payload-values.ts';
import { applyFacts } from '../facts/apply.ts';
import type { Facts } from '../facts/facts.ts';
import { branchesDocument } from '../github/documents/branches.ts';
import { issueNumbersDocument } from '../github/documents/issue-numbers.ts';
import type { InstallationClient } from '../github/github.ts';
import type { CountedEntity } from './compare-counts.ts';
import { sameRepository } from './entities/named-repository.ts';

interface ListedRepository {
  readonly id: number;
  readonly owner: string;
  readonly name: string;
}

type Removable = Extract<CountedEntity, 'branches' | 'issues' | 'releases'>;

interface Removal {
  readonly github: InstallationClient;
  readonly tenantId: number;
  readonly repository: ListedRepository;
  readonly entity: CountedEntity;
}

/** Clocks differ, and a deletion is for good. */
const MARGIN_MS = 10 * 60_000;

/** Removes what a list of GitHub does not have any more. What came after the list was begun stays. */
export async function removeUnlisted(db: Database, { github, tenantId, repository, entity }: Removal): Promise<number> {
  if (!isRemovable(entity)) return 0;
  const startedAt = new Date();
  const listed = await lists[entity](github, repository);
  return withTenant(db, tenantId, async (trx) => {
    const gone = await listGone(trx, { tenantId, repositoryId: repository.id, entity, listed, startedAt });
    const facts = gone.map((key) => removals[entity](repository.id, key, startedAt.toISOString()));
    await applyFacts(trx, tenantId, facts);
    return gone.length;
  });
}

function isRemovable(entity: CountedEntity): entity is Removable {
  return entity in removals;
}

const removals: Readonly<Record<Removable, (repositoryId: number, key: string, at: string) => Facts>> = {
  branches: (repository_id, name, at) => ({
    branches: [{ repository_id, name, observed: { at, head_sha: null, deleted_at: at } }],
  }),
  issues: (repository_id, number, deleted_at) => ({ issues: [{ repository_id, number: Number(number), deleted_at }] }),
  releases: (repository_id, release, deleted_at) => ({
    releases: [{ repository_id, release_id: Number(release), deleted_at }],
  }),
};

const lists: Readonly<
  Record<Removable, (github: InstallationClient, repository: ListedRepository) => Promise<string[]>>
> = { branches: listBranches, issues: listIssues, releases: listReleases };

async function listBranches(github: InstallationClient, repository: ListedRepository): Promise<string[]> {
  const { owner, name } = repository;
  const refs = await listAll(async (after) => {
    const data = await github.graphql(branchesDocument, { owner, name, first: 100, after });
    return sameRepository(data.repository, repository).refs;
  });
  return refs.map((ref) => ref.name);
}

async function listIssues(github: InstallationClient, repository: ListedRepository): Promise<string[]> {
  const { owner, name } = repository;
  const issues = await listAll(async (after) => {
    const data = await github.graphql(issueNumbersDocument, { owner, name, first: 100, after });
    return sameRepository(data.repository, repository).issues;
  });
  return issues.map(({ number }) => String(number));
}

interface ListPage<Node> {
  readonly nodes: readonly Node[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor?: string | null | undefined };
}

async function listAll<Node>(readPage: (after: string | null) => Promise<ListPage<Node> | null>): Promise<Node[]> {
  const all: Node[] = [];
  for (let after: string | null = null; ; ) {
    const page = await readPage(after);
    if (!page) return all;
    all.push(...page.nodes);
    if (!page.pageInfo.hasNextPage) return all;
    after = page.pageInfo.endCursor ?? null;
  }
}

async function listReleases(github: InstallationClient, { owner, name }: ListedRepository): Promise<string[]> {
  const ids: string[] = [];
  const pages = github.restPages({
    route: 'GET /repos/{owner}/{repo}/releases',
    parameters: { owner, repo: name, per_page: 100 },
    data: z.array(z.object({ id })),
  });
  for await (const page of pages) ids.push(...page.map((release) => String(release.id)));
  return ids;
}

interface Gone {
  readonly tenantId: number;
  readonly repositoryId: number;
  readonly entity: Removable;
  readonly listed: readonly string[];
  readonly startedAt: Date;
}

/** A draft shows only to those who may write, so that its absence says nothing. */
const stored = {
  branches: sql`select name as key, observed_at as at from branches t where deleted_at is null`,
  issues: sql`select number::text as key, created_at as at from issues t where deleted_at is null and created_at is not null`,
  releases: sql`select release_id::text as key, created_at as at from releases t where deleted_at is null and draft is false`,
} as const;

async function listGone(trx: Trx, { tenantId, repositoryId, entity, listed, startedAt }: Gone): Promise<string[]> {
  const { rows } = await sql<{ key: string }>`
    select key from (${stored[entity]} and t.tenant_id = ${tenantId} and t.repository_id = ${repositoryId}) as s
    where s.at < ${new Date(startedAt.getTime() - MARGIN_MS)} and s.key <> all (${listed}::text[])`.execute(trx);
  return rows.map(({ key }) => key);
}
