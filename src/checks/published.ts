import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';
import type { CheckedHead } from '../queue.ts';

/** What is about to be sent. */
export interface Sending {
  /** Null: as far as is stored, there is no run yet. */
  readonly checkRunId: number | null;
}

/**
 * Notes, before GitHub is asked, that it will be: whoever dies in between leaves word.
 * @returns null when GitHub has this content already
 */
export async function beginSending(
  trx: Trx,
  { tenantId, repositoryId, headSha }: CheckedHead,
  { number, hash }: { readonly number: number | null; readonly hash: string },
): Promise<Sending | null> {
  const { rows } = await sql<Sending & { contentHash: string | null }>`
    insert into published_check_runs as known (tenant_id, repository_id, head_sha, number, sending_since)
    values (${tenantId}, ${repositoryId}, ${headSha}, ${number}, now())
    on conflict (tenant_id, repository_id, head_sha) do update set number = excluded.number,
      sending_since = case when known.content_hash = ${hash} and known.sending_since is null
        then null else coalesce(known.sending_since, now()) end
    returning check_run_id as "checkRunId", case when sending_since is null then content_hash end as "contentHash"`.execute(
    trx,
  );
  const [row] = rows;
  if (!row) throw new Error('an upsert returns its row');
  return row.contentHash === hash ? null : { checkRunId: row.checkRunId };
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

/** Gives up on a content that GitHub does not take. */
export async function recordRefused(
  trx: Trx,
  { tenantId, repositoryId, headSha }: CheckedHead,
  reason: string,
): Promise<void> {
  await sql`
    update published_check_runs set sending_since = null, error = ${reason}
    where tenant_id = ${tenantId} and repository_id = ${repositoryId} and head_sha = ${headSha}`.execute(trx);
}
