import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';
import type { Facts } from '../facts/facts.ts';
import { updateAccess } from './update-access.ts';
import { updateMembers } from './update-members.ts';

/**
 * What facts that were just applied change of who has access and who is a member, and of nobody else.
 * @param trx the transaction that applied them
 */
export async function updateAccessOf(trx: Trx, tenantId: number, facts: readonly Facts[]): Promise<void> {
  if (facts.some((some) => some.organization_settings?.length || some.custom_repository_roles?.length)) {
    await updateAccess(trx, tenantId, 'all');
    await updateMembers(trx, tenantId, 'all');
    return;
  }
  const people = await listPeople(trx, tenantId, facts);
  const repositories = listRepositories(facts);
  if (people.length > 0) await updateAccess(trx, tenantId, { people });
  if (repositories.length > 0) await updateAccess(trx, tenantId, { repositories });
  const collaborators = facts.flatMap((some) => some.repository_collaborators?.map(({ user_id }) => user_id) ?? []);
  const members = [...new Set([...people, ...collaborators])];
  if (members.length > 0) await updateMembers(trx, tenantId, { people: members });
}

/** Whoever is named, and everybody of the teams that are, or that are under them. */
async function listPeople(trx: Trx, tenantId: number, facts: readonly Facts[]): Promise<number[]> {
  const named = facts.flatMap((some) => [
    ...(some.organization_members?.map(({ user_id }) => user_id) ?? []),
    ...(some.team_members?.map(({ user_id }) => user_id) ?? []),
  ]);
  const teams = facts.flatMap((some) => some.teams?.map(({ team_id }) => team_id) ?? []);
  if (teams.length === 0) return [...new Set(named)];
  const { rows } = await sql<{ user_id: number }>`
    with recursive within as (
      select unnest(${teams}::bigint[]) as team_id
      union
      select t.team_id from within w join teams t on t.tenant_id = ${tenantId} and t.parent_id = w.team_id
    )
    select distinct m.user_id from team_members m join within using (team_id)
    where m.tenant_id = ${tenantId} and m.removed_at is null`.execute(trx);
  return [...new Set([...named, ...rows.map(({ user_id }) => user_id)])];
}

function listRepositories(facts: readonly Facts[]): number[] {
  const ids = facts.flatMap((some) => [
    ...(some.team_repositories?.map(({ repository_id }) => repository_id) ?? []),
    ...(some.repository_collaborators?.map(({ repository_id }) => repository_id) ?? []),
    ...(some.repositories?.filter((fact) => fact.deleted_at).map(({ repository_id }) => repository_id) ?? []),
  ]);
  return [...new Set(ids)];
}
