import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import type { CheckedHead } from '../../queue.ts';
import type { ChangedFile, ChangedFiles, FileRules } from './changed-files.ts';
import type { ReadFiles } from './read-changed-files.ts';
import { countReadLines } from './review-effort.ts';

interface PullPlace {
  readonly tenantId: number;
  readonly repositoryId: number;
  readonly number: number;
}

/** An open pull request of a head, whose files a check run speaks of. */
interface ReviewedPull {
  readonly number: number;
  /** Null: not known. */
  readonly base_ref: string | null;
  /** Whether its files have been read, with the rules for them, since its head or its base became what they are. */
  readonly is_read: boolean;
}

export async function findReviewed(
  trx: Trx,
  { tenantId, repositoryId, headSha }: CheckedHead,
): Promise<ReviewedPull | undefined> {
  const { rows } = await sql<ReviewedPull>`
    select p.number, p.base_ref, f.read_lines is not null or f.complete is false as is_read from pull_requests p
    left join pull_request_file_lists f on f.tenant_id = ${tenantId} and f.repository_id = ${repositoryId}
      and f.number = p.number and f.head_sha = p.head_sha and f.base_ref = coalesce(p.base_ref, f.base_ref)
    where p.tenant_id = ${tenantId} and p.repository_id = ${repositoryId} and p.head_sha = ${headSha}
      and p.state = 'open'
    order by p.number desc limit 1`.execute(trx);
  return rows[0];
}

interface RecordedFiles extends ReadFiles {
  /** What the base branch says of files; null: it could not be read. */
  readonly rules: FileRules | null;
}

/** In the place of what was read before. */
export async function recordFiles(
  trx: Trx,
  { tenantId, repositoryId, number }: PullPlace,
  read: RecordedFiles,
): Promise<void> {
  const { files, complete, headSha, baseRef, rules } = read;
  const lines = rules && complete ? countReadLines(read, rules) : null;
  // Its lock keeps another worker's list out.
  await sql`
    insert into pull_request_file_lists (tenant_id, repository_id, number, head_sha, base_ref, complete, read_lines)
    values (${tenantId}, ${repositoryId}, ${number}, ${headSha}, ${baseRef}, ${complete}, ${lines})
    on conflict (tenant_id, repository_id, number) do update set head_sha = excluded.head_sha,
      base_ref = excluded.base_ref, complete = excluded.complete, read_lines = excluded.read_lines,
      read_at = now()`.execute(trx);
  await sql`
    delete from pull_request_files
    where tenant_id = ${tenantId} and repository_id = ${repositoryId} and number = ${number}`.execute(trx);
  await sql`
    insert into pull_request_files (tenant_id, repository_id, number, place, path, additions, deletions)
    select ${tenantId}::bigint, ${repositoryId}::bigint, ${number}::integer, place, path, additions, deletions
    from unnest(${files.map(({ path }) => path)}::text[], ${files.map(({ additions }) => additions)}::integer[],
      ${files.map(({ deletions }) => deletions)}::integer[]) with ordinality
      as f (path, additions, deletions, place)`.execute(trx);
}

/** @returns null when they were not read at this head */
export async function findFiles(
  trx: Trx,
  { tenantId, repositoryId, number }: PullPlace,
  headSha: string,
): Promise<ChangedFiles | null> {
  const { rows } = await sql<{ complete: boolean }>`
    select complete from pull_request_file_lists
    where tenant_id = ${tenantId} and repository_id = ${repositoryId} and number = ${number}
      and head_sha = ${headSha}`.execute(trx);
  const [list] = rows;
  if (!list) return null;
  const { rows: files } = await sql<ChangedFile>`
    select path, additions, deletions from pull_request_files
    where tenant_id = ${tenantId} and repository_id = ${repositoryId} and number = ${number} order by place`.execute(
    trx,
  );
  return { files, complete: list.complete };
}
