import { fromKysely } from 'pg-boss';
import { z } from 'zod';
import type { Trx } from '../../../db/tenant.ts';
import { type Queue, SYNC_ACCESS } from '../../queue.ts';

const id = z.int().positive();

/** What is to be read again; `id` is GitHub's, of the team, the person or the repository. */
export const accessJob = z.object({
  tenantId: id,
  priority: z.enum(['live', 'history']),
  subject: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('organization') }),
    z.object({ kind: z.enum(['team', 'member', 'repository']), id }),
  ]),
});
export type AccessJob = z.output<typeof accessJob>;
export type AccessSubject = AccessJob['subject'];

const LIVE_FIRST = 1;

/** Sends jobs, one for each subject at most that waits in line. */
export async function sendAccessJobs(
  queue: Queue,
  jobs: readonly AccessJob[],
  { trx, startAfter }: { trx?: Trx; startAfter?: Date } = {},
): Promise<void> {
  if (jobs.length === 0) return;
  const inserted = jobs.map((job) => ({
    data: job,
    singletonKey: keyOf(job),
    priority: job.priority === 'live' ? LIVE_FIRST : 0,
    ...(startAfter && { startAfter }),
  }));
  await queue.insert(SYNC_ACCESS, inserted, trx && { db: fromKysely(trx) });
}

function keyOf({ tenantId, priority, subject }: AccessJob): string {
  return [tenantId, priority, subject.kind, ...('id' in subject ? [subject.id] : [])].join(':');
}
