import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';
import type { CheckedHead } from '../queue.ts';

interface Wanted {
  /** Null: a merge group. */
  readonly number: number | null;
  readonly hash: string;
  readonly refreshAt: Date | null;
  readonly standing: string | null;
  /** Nothing is to be made, only what is there brought up to date. */
  readonly quiet: boolean;
}

/** What is about to be sent. */
export interface Sending {
  /** Null: as far as is stored, there is no run yet. */
  readonly checkRunId: number | null;
}

/**
 * Notes, before GitHub is asked, that it will be: whoever dies in between leaves word.
 * @returns null when there is nothing to send: GitHub has this content already
 */
export async function beginSending(
  trx: Trx,
  { tenantId, repositoryId, headSha }: CheckedHead,
  { number, hash, refreshAt, standing, quiet }: Wanted,
): Promise<Sending | null> {
  const { rows } = await sql<Sending & { isSending: boolean }>`
    insert into published_check_runs as known (tenant_id, repository_id, head_sha, number, sending_since, refresh_at,
      standing)
    values (${tenantId}, ${repositoryId}, ${headSha}, ${number}, case when not ${quiet} then now() end, ${refreshAt},
      ${standing})
    on conflict (tenant_id, repository_id, head_sha) do update set refresh_at = excluded.refresh_at,
      standing = excluded.standing, number = coalesce(excluded.number, known.number),
      sending_since = case
        when known.sending_since is not null then known.sending_since
        when known.content_hash = ${hash} or (${quiet} and known.check_run_id is null) then null
        else now() end
    returning check_run_id as "checkRunId", sending_since is not null as "isSending"`.execute(trx);
  const [row] = rows;
  if (!row) throw new Error('an upsert returns its row');
  return row.isSending ? { checkRunId: row.checkRunId } : null;
}

/** Keeps GitHub's answer. */
export async function recordSent(
  trx: Trx,
  { tenantId, repositoryId, headSha }: CheckedHead,
  { checkRunId, hash }: { readonly checkRunId: number; readonly hash: string },
): Promise<void> {
  await sql`
    update published_check_runs set check_run_id = ${checkRunId}, content_hash = ${hash}, sending_since = null,
      published_at = now(), error = null
    where tenant_id = ${tenantId} and repository_id = ${repositoryId} and head_sha = ${headSha}`.execute(trx);
}

/** Gives up, for a day, on a content that GitHub does not take. */
export async function recordRefused(
  trx: Trx,
  { tenantId, repositoryId, headSha }: CheckedHead,
  reason: string,
): Promise<void> {
  await sql`
    update published_check_runs set sending_since = null, error = ${reason}, refresh_at = now() + interval '1 day'
    where tenant_id = ${tenantId} and repository_id = ${repositoryId} and head_sha = ${headSha}`.execute(trx);
}

/** GitHub has reset what it had: the next words are sent, also if they are the same. */
export async function forgetContent(trx: Trx, { tenantId, repositoryId, headSha }: CheckedHead): Promise<void> {
  await sql`
    update published_check_runs set content_hash = null
    where tenant_id = ${tenantId} and repository_id = ${repositoryId} and head_sha = ${headSha}`.execute(trx);
}

/** A merge group's commit is no fact: that it needs a check run is known from here alone. */
export async function recordMergeGroup(
  trx: Trx,
  { tenantId, repositoryId, headSha }: CheckedHead,
  { number }: { readonly number: number | null },
): Promise<void> {
  await sql`
    insert into published_check_runs (tenant_id, repository_id, head_sha, number, merge_group)
    values (${tenantId}, ${repositoryId}, ${headSha}, ${number}, true)
    on conflict (tenant_id, repository_id, head_sha) do nothing`.execute(trx);
}

/** Of a repository that is not tracked, a pull request is no fact: that its head needs a check run is known from here alone. */
export async function recordUntracked(
  trx: Trx,
  { tenantId, repositoryId, headSha }: CheckedHead,
  { number }: { readonly number: number },
): Promise<void> {
  await sql`
    insert into published_check_runs (tenant_id, repository_id, head_sha, number)
    select ${tenantId}, ${repositoryId}, ${headSha}, ${number} from repositories
    where tenant_id = ${tenantId} and repository_id = ${repositoryId} and not tracked
    on conflict (tenant_id, repository_id, head_sha) do nothing`.execute(trx);
}

/** Until when a head rests, which was written not long ago; null: it may be written. */
export async function findRest(
  trx: Trx,
  { tenantId, repositoryId, headSha }: CheckedHead,
  { forMs }: { readonly forMs: number },
): Promise<Date | null> {
  const until = sql`published_at + make_interval(secs => ${forMs / 1_000}::double precision)`;
  const { rows } = await sql<{ until: Date }>`
    select ${until} as until from published_check_runs
    where tenant_id = ${tenantId} and repository_id = ${repositoryId} and head_sha = ${headSha}
      and ${until} > now()`.execute(trx);
  return rows[0]?.until ?? null;
}
