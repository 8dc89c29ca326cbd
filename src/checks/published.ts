import { sql } from 'kysely';
import { z } from 'zod';
import type { Trx } from '../../db/tenant.ts';
import type { CheckedHead } from '../queue.ts';
import type { CheckRunContent } from './content.ts';
import type { ReviewEffort } from './files/review-effort.ts';

/** As `ReviewEffort` is stored. */
export const storedEffort = z.object({
  files: z.int(),
  lines: z.int(),
  minutes: z.object({ low: z.int(), high: z.int().nullable() }),
  leftOut: z.array(z.object({ kind: z.enum(['lock', 'generated', 'vendored']), files: z.int(), lines: z.int() })),
  complete: z.boolean(),
});

interface Said {
  readonly title: string;
  readonly conclusion: CheckRunContent['conclusion'];
  readonly effort: ReviewEffort | null;
}

interface Wanted {
  /** Null: a merge group. */
  readonly number: number | null;
  readonly hash: string;
  readonly refreshAt: Date | null;
  readonly standing: string | null;
  /** What the API tells of it. */
  readonly said: Said;
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
  { number, hash, refreshAt, standing, quiet, said }: Wanted,
): Promise<Sending | null> {
  const effort = said.effort && JSON.stringify(said.effort);
  const { rows } = await sql<Sending & { isSending: boolean }>`
    insert into published_check_runs as known (tenant_id, repository_id, head_sha, number, sending_since, refresh_at,
      standing, title, conclusion, review_effort)
    values (${tenantId}, ${repositoryId}, ${headSha}, ${number}, case when not ${quiet} then now() end, ${refreshAt},
      ${standing}, ${said.title}, ${said.conclusion}, ${effort}::jsonb)
    on conflict (tenant_id, repository_id, head_sha) do update set refresh_at = excluded.refresh_at,
      standing = excluded.standing, title = excluded.title, conclusion = excluded.conclusion,
      review_effort = excluded.review_effort, number = coalesce(excluded.number, known.number),
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

/** No pull request has this head any more: its run stays as it was, and is looked at by nobody until one has. */
export async function recordLeft(trx: Trx, { tenantId, repositoryId, headSha }: CheckedHead): Promise<void> {
  await sql`
    update published_check_runs set sending_since = null, refresh_at = null, content_hash = null
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
