import { sql } from 'kysely';
import { withTenant } from '../../../db/tenant.ts';
import { SuspendedError } from '../../errors.ts';
import type { Queue } from '../../queue.ts';
import { putOffUntil } from '../put-off.ts';
import { type AccessJob, type AccessSubject, sendAccessJobs } from './access-job.ts';
import type { AccessDeps } from './access-target.ts';
import { syncMember } from './sync-member.ts';
import { syncOrganizationAccess } from './sync-organization.ts';
import { syncRepositoryAccess } from './sync-repository-access.ts';
import { syncTeam } from './sync-team.ts';

export interface SyncAccessDeps extends AccessDeps {
  readonly queue: Queue;
}

/**
 * Reads again what a job names, and sends jobs for what follows from it. A limit, or an App that GitHub refuses, puts the job off; a suspended
 * installation is left alone.
 */
export async function syncAccess(deps: SyncAccessDeps, job: AccessJob): Promise<void> {
  try {
    const { tenantId, priority } = job;
    const subjects = await syncSubject(deps, job);
    await sendAccessJobs(
      deps.queue,
      subjects.map((subject) => ({ tenantId, priority, subject })),
    );
  } catch (error) {
    if (error instanceof SuspendedError) return;
    const startAfter = putOffUntil(error);
    if (!startAfter) throw error;
    await sendAccessJobs(deps.queue, [job], { startAfter });
  }
}

/** @returns what is to be read after that */
async function syncSubject(deps: AccessDeps, { tenantId, priority, subject }: AccessJob): Promise<AccessSubject[]> {
  switch (subject.kind) {
    case 'organization':
      await syncOrganizationAccess(deps, { tenantId, priority });
      return (await listRepositories(deps, tenantId)).map(repositorySubject);
    case 'team':
      await syncTeam(deps, { tenantId, teamId: subject.id, priority });
      return [];
    case 'member':
      return (await syncMember(deps, { tenantId, userId: subject.id, priority })).map(repositorySubject);
    case 'repository':
      if (!(await syncRepositoryAccess(deps, { tenantId, repositoryId: subject.id, priority }))) return [];
      return (await listReadRepositories(deps, tenantId)).filter((id) => id !== subject.id).map(repositorySubject);
  }
}

function repositorySubject(id: number): AccessSubject {
  return { kind: 'repository', id };
}

/** Those that the app may see, and those that it could once. */
async function listRepositories({ db }: AccessDeps, tenantId: number): Promise<number[]> {
  const { rows } = await withTenant(db, tenantId, (trx) =>
    sql<{ repository_id: number }>`
      select repository_id from repositories
      where tenant_id = ${tenantId} and deleted_at is null and full_name is not null
      order by pushed_at desc nulls last, repository_id`.execute(trx),
  );
  return rows.map(({ repository_id }) => repository_id);
}

/** Those of whom it was read who has access: with what was known of the organization then. */
async function listReadRepositories({ db }: AccessDeps, tenantId: number): Promise<number[]> {
  const { rows } = await withTenant(db, tenantId, (trx) =>
    sql<{ repository_id: number }>`
      select repository_id from access_reads where tenant_id = ${tenantId} and scope = 'collaborators'`.execute(trx),
  );
  return rows.map(({ repository_id }) => repository_id);
}
