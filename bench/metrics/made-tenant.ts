import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import { type Trx, withTenant } from '../../db/tenant.ts';

export interface MadeTenant {
  readonly tenantId: number;
  /** Of each repository. Ten commits are a block: five of a branch, its merge, four on the main branch. */
  readonly blocks: readonly number[];
  readonly blocksPerDeployment: number;
  readonly from: Date;
  readonly to: Date;
}

export const COMMITS_PER_BLOCK = 10;

/** The name of a commit by its place in the history of a repository. */
export function commitSha(tenantId: number, repositoryId: number, place: RawBuilder<unknown>): RawBuilder<string> {
  const name = sql`${tenantId}::text || ' ' || ${repositoryId}::text || ' ' || (${place})::text`;
  return sql<string>`(md5(${name}) || left(md5('and ' || ${name}), 8))`;
}

/** Stores a tenant's facts as though all of them had come long ago. */
export async function storeTenant(db: Database, tenant: MadeTenant): Promise<void> {
  const { tenantId, blocks } = tenant;
  await withTenant(db, tenantId, async (trx) => {
    await sql`
      insert into tenants (tenant_id, login, type, observed_at, observed_rank)
      values (${tenantId}, ${`org-${tenantId}`}, 'Organization', 'epoch', 0)`.execute(trx);
    await storePeople(trx, tenantId);
    for (const [index, count] of blocks.entries()) {
      const repositoryId = index + 1;
      await sql`
        insert into repositories (tenant_id, repository_id, full_name, default_branch)
        values (${tenantId}, ${repositoryId}, ${`org-${tenantId}/repository-${repositoryId}`}, 'main')`.execute(trx);
      await storeBlocks(trx, { ...tenant, repositoryId, first: 0, count, total: count });
    }
  });
}

/** Two hundred, each with an email, and four of them bots. */
async function storePeople(trx: Trx, tenantId: number): Promise<void> {
  await sql`
    insert into contributors (tenant_id, contributor_id, login, type, observed_at, observed_rank)
    select ${tenantId}::bigint, 1000 + n, 'person-' || n, case when n % 50 = 0 then 'Bot' else 'User' end, 'epoch', 1
    from generate_series(0, 199) n`.execute(trx);
  await sql`
    insert into contributor_emails (tenant_id, email, contributor_id)
    select ${tenantId}::bigint, 'person-' || n || '@bench.example', 1000 + n
    from generate_series(0, 199) n`.execute(trx);
}

export interface MadeBlocks extends Pick<MadeTenant, 'tenantId' | 'blocksPerDeployment' | 'from' | 'to'> {
  readonly repositoryId: number;
  readonly first: number;
  readonly count: number;
  /** As many blocks fill the time between `from` and `to`. */
  readonly total: number;
}

/** Blocks of commits, each with a merged pull request, and a deployment behind every few of them. */
export async function storeBlocks(trx: Trx, made: MadeBlocks): Promise<void> {
  await storeCommits(trx, made);
  await storePulls(trx, made);
  await storeDeployments(trx, made);
}

function timeAt({ from, to, total }: MadeBlocks, block: RawBuilder<unknown>): RawBuilder<Date> {
  return sql<Date>`(${from}::timestamptz + (${to}::timestamptz - ${from}::timestamptz) * ((${block})::double precision / ${total}))`;
}

async function storeCommits(trx: Trx, made: MadeBlocks): Promise<void> {
  const { tenantId, repositoryId, first, count } = made;
  const sha = (place: RawBuilder<unknown>) => commitSha(tenantId, repositoryId, place);
  await sql`
    insert into commits (tenant_id, repository_id, sha, message_headline, author_name, author_email, committer_name,
      committer_email, co_authors, authored_at, committed_at, observed_at, observed_rank, parents, additions, deletions,
      changed_files, detailed_at, detailed_rank)
    select ${tenantId}::bigint, ${repositoryId}::bigint, ${sha(sql`n`)}, 'Change the thing ' || n, 'Person ' || n % 200,
      'person-' || n % 200 || '@bench.example', 'GitHub', 'noreply@github.com', '{}',
      ${timeAt(made, sql`n / 10.0 - 0.5`)}, ${timeAt(made, sql`n / 10.0`)}, 'epoch', 1,
      case when n = 0 then '{}' when n % 10 = 0 then array[${sha(sql`n - 1`)}]
        when n % 10 = 5 and n > 5 then array[${sha(sql`n - 6`)}, ${sha(sql`n - 1`)}]
        else array[${sha(sql`n - 1`)}] end,
      n % 50, n % 20, 1 + n % 5, 'epoch', 1
    from generate_series(${first * COMMITS_PER_BLOCK}::bigint, ${(first + count) * COMMITS_PER_BLOCK - 1}::bigint) n`.execute(
    trx,
  );
}

async function storePulls(trx: Trx, made: MadeBlocks): Promise<void> {
  const { tenantId, repositoryId, first, count } = made;
  const blocks = sql`generate_series(${first}::bigint, ${first + count - 1}::bigint) b`;
  const sha = (place: RawBuilder<unknown>) => commitSha(tenantId, repositoryId, place);
  await sql`
    insert into pull_requests (tenant_id, repository_id, number, pull_request_id, title, body, state, draft, author_id,
      head_ref, base_ref, head_sha, merge_commit_sha, labels, created_at, merged_at, closed_at, observed_at, observed_rank,
      additions, deletions, changed_files)
    select ${tenantId}::bigint, ${repositoryId}::bigint, b + 1, b + 1, 'Change ' || b,
      case when b % 100 = 50 then 'Reverts #' || (b - 3) when b % 50 = 20 then 'Fixes #' || (1000000 + b / 500)
        else 'It was not as it should be, and now it is.' end,
      'merged', false, 1000 + b % 200, case when b % 100 = 70 then 'hotfix/' || b else 'topic-' || b end, 'main',
      ${sha(sql`b * 10 + 4`)}, ${sha(sql`b * 10 + 5`)}, '{}', ${timeAt(made, sql`b - 0.2`)}, ${timeAt(made, sql`b + 0.5`)},
      ${timeAt(made, sql`b + 0.5`)}, 'epoch', 1, b % 500, b % 100, 1 + b % 9
    from ${blocks}`.execute(trx);
  await sql`
    insert into pull_request_commits (tenant_id, repository_id, number, sha, listed_at, listed_rank)
    select ${tenantId}::bigint, ${repositoryId}::bigint, b + 1, ${sha(sql`b * 10 + i`)}, 'epoch', 1
    from ${blocks}, generate_series(0, 4) i`.execute(trx);
  await sql`
    insert into pull_request_file_lists (tenant_id, repository_id, number, head_sha, base_ref, complete, read_lines)
    select ${tenantId}::bigint, ${repositoryId}::bigint, b + 1, ${sha(sql`b * 10 + 4`)}, 'main', true, b % 500
    from ${blocks}`.execute(trx);
  await sql`
    insert into reviews (tenant_id, repository_id, review_id, number, author_id, state, submitted_at, observed_at, observed_rank)
    select ${tenantId}::bigint, ${repositoryId}::bigint, b + 1, b + 1, 1000 + (b + 7) % 200,
      case when b % 4 = 0 then 'changes_requested' else 'approved' end, ${timeAt(made, sql`b + 0.2`)}, 'epoch', 1
    from ${blocks}`.execute(trx);
  await sql`
    insert into issues (tenant_id, repository_id, number, issue_id, title, body, state, labels, created_at, closed_at,
      observed_at, observed_rank)
    select ${tenantId}::bigint, ${repositoryId}::bigint, 1000000 + b / 500, b, 'It is down', 'Something is wrong.',
      'closed', '{incident}', ${timeAt(made, sql`b`)}, ${timeAt(made, sql`b + 1`)}, 'epoch', 1
    from ${blocks} where b % 500 = 0`.execute(trx);
}

async function storeDeployments(trx: Trx, made: MadeBlocks): Promise<void> {
  const { tenantId, repositoryId, first, count, blocksPerDeployment: every } = made;
  const blocks = sql`
    generate_series(${first}::bigint, ${first + count - 1}::bigint) b where (b + 1) % ${every}::bigint = 0`;
  await sql`
    insert into deployments (tenant_id, repository_id, deployment_id, sha, ref, task, environment, created_at,
      observed_at, observed_rank)
    select ${tenantId}::bigint, ${repositoryId}::bigint, b + 1, ${commitSha(tenantId, repositoryId, sql`b * 10 + 9`)},
      'main', 'deploy', 'production', ${timeAt(made, sql`b + 0.95`)}, 'epoch', 1
    from ${blocks}`.execute(trx);
  await sql`
    insert into deployment_statuses (tenant_id, repository_id, deployment_id, deployment_status_id, state, created_at,
      observed_at, observed_rank)
    select ${tenantId}::bigint, ${repositoryId}::bigint, b + 1, b + 1,
      case when (b + 1) / ${every}::bigint % 20 = 19 then 'failure' else 'success' end, ${timeAt(made, sql`b + 0.99`)},
      'epoch', 1
    from ${blocks}`.execute(trx);
}
