import { sql } from 'kysely';
import { type Trx, withTenant } from '../../../db/tenant.ts';
import { recordAccessReads } from '../../access/access-reads.ts';
import { recordDifferences } from '../../access/record-differences.ts';
import { updateAccess } from '../../access/update-access.ts';
import { updateMembers } from '../../access/update-members.ts';
import { NotFoundError } from '../../errors.ts';
import { applyFacts } from '../../facts/apply.ts';
import type { Priority } from '../../github/github.ts';
import { type AccessDeps, type AccessTarget, findAccessTarget } from './access-target.ts';
import { basePermissionFacts, collaboratorFacts } from './organization-facts.ts';
import { type Collaborator, readCollaborators } from './read-collaborators.ts';
import { orForbidden, type Readable } from './readable.ts';
import { removeUnlisted } from './remove-unlisted.ts';

interface RepositoryRequest {
  readonly tenantId: number;
  readonly repositoryId: number;
  readonly priority: Priority;
}

/**
 * Reads who has access to a repository, replaces the direct grants with that, and notes where GitHub says otherwise.
 * @returns whether it showed another base permission, which is about every repository
 */
export async function syncRepositoryAccess(
  deps: AccessDeps,
  { tenantId, repositoryId, priority }: RepositoryRequest,
): Promise<boolean> {
  const target = await findAccessTarget(deps, { tenantId, priority });
  const name = await withTenant(deps.db, tenantId, (trx) => findName(trx, tenantId, repositoryId));
  if (!target || name === undefined) return false;
  const [owner = '', repository = ''] = name.split('/');
  const collaborators = await orUnreadable(
    readCollaborators(target.github, { id: repositoryId, owner, name: repository }),
  );
  return withTenant(deps.db, tenantId, (trx) => store(trx, target, { repositoryId, collaborators }));
}

/** One that the app can not see any more is not read; what is known of it may be out of date. */
async function orUnreadable(read: Promise<Collaborator[]>): Promise<Readable<Collaborator[]>> {
  try {
    return await orForbidden(read, 'The app may not list the collaborators.');
  } catch (error) {
    if (error instanceof NotFoundError) return { value: null, reason: 'The app does not see the repository any more.' };
    throw error;
  }
}

async function findName(trx: Trx, tenantId: number, repositoryId: number): Promise<string | undefined> {
  const { rows } = await sql<{ full_name: string }>`
    select full_name from repositories
    where tenant_id = ${tenantId} and repository_id = ${repositoryId} and full_name is not null
      and deleted_at is null`.execute(trx);
  return rows[0]?.full_name;
}

interface ReadRepository {
  readonly repositoryId: number;
  readonly collaborators: Readable<Collaborator[]>;
}

async function store(
  trx: Trx,
  target: AccessTarget,
  { repositoryId, collaborators }: ReadRepository,
): Promise<boolean> {
  const { tenantId, at } = target;
  const { value, reason } = collaborators;
  const base = value && (await findOtherBase(trx, target, value));
  const facts = value ? collaboratorFacts(repositoryId, value, at) : {};
  await applyFacts(trx, tenantId, [facts, base ? basePermissionFacts(base, at) : {}]);
  await recordAccessReads(trx, tenantId, [{ scope: 'collaborators', repositoryId, at, reason }]);
  if (value) {
    const removed = await removeUnlisted(trx, tenantId, 'repository_collaborators', { at, repositoryId });
    await recordDifferences(trx, tenantId, { repositoryId, at, levels: value });
    const gone = removed.repository_collaborators?.map(({ user_id }) => user_id) ?? [];
    await updateMembers(trx, tenantId, { people: [...value.map(({ databaseId }) => databaseId), ...gone] });
  }
  await updateAccess(trx, tenantId, { repositories: [repositoryId] });
  return Boolean(base);
}

/**
 * GitHub tells the base permission to few apps, but what a member has by it, to all that may list collaborators.
 * @returns null when it is what was known, or does not show
 */
async function findOtherBase(
  trx: Trx,
  { tenantId, at, isOrganization }: AccessTarget,
  collaborators: readonly Collaborator[],
): Promise<string | null> {
  if (!isOrganization) return null;
  const { rows } = await sql<{ base: string | null; members: number[]; told: boolean }>`
    select (select base_permission from organization_settings where tenant_id = ${tenantId}) as base,
      (select coalesce(json_agg(user_id), '[]') from organization_members
        where tenant_id = ${tenantId} and role = 'member' and removed_at is null
          and observed_at < ${at}::timestamptz) as members,
      exists (select from access_reads
        where tenant_id = ${tenantId} and scope = 'base_permission' and reason is null) as told`.execute(trx);
  const [known] = rows;
  if (!known || known.told) return null;
  const listed = new Map(collaborators.map((person) => [person.databaseId, person.organizationRole]));
  const shown = known.members.map((id) => listed.get(id)).find((role) => typeof role === 'string');
  // A member who is not even listed has nothing of the organization.
  const base = shown ?? (known.members.some((id) => !listed.has(id)) ? 'none' : null);
  return base === known.base ? null : base;
}
