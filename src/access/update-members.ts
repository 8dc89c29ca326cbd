import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';
import { type AccessScope, inScope } from './access-scope.ts';

/**
 * Gives everybody the role in Shiplog that GitHub comes to: an owner of the organization is owner, a team's maintainer
 * manager, any other member developer, an outside collaborator viewer. A role that was set by hand stays, until its
 * person leaves the organization; who was invited, or removed by hand, stays so.
 */
export async function updateMembers(
  trx: Trx,
  tenantId: number,
  scope: Exclude<AccessScope, { repositories: readonly number[] }>,
): Promise<void> {
  await sql`
    with inside as (
      select user_id, role from organization_members
      where tenant_id = ${tenantId} and removed_at is null and ${inScope(scope, { person: 'user_id' })}
      union
      select tenant_id, 'owner' from tenants
      where tenant_id = ${tenantId} and type = 'User' and ${inScope(scope, { person: 'tenant_id' })}
    ),
    ranked as (
      select user_id, case when role = 'owner' then 1 else 3 end as rank from inside
      union all
      select m.user_id, 2 from team_members m
      join inside using (user_id)
      join teams t on t.tenant_id = ${tenantId} and t.team_id = m.team_id and t.removed_at is null
      where m.tenant_id = ${tenantId} and m.removed_at is null and m.role = 'maintainer'
      union all
      select c.user_id, 4 from repository_collaborators c
      join repositories r on r.tenant_id = ${tenantId} and r.repository_id = c.repository_id and r.deleted_at is null
      where c.tenant_id = ${tenantId} and c.removed_at is null and ${inScope(scope, { person: 'c.user_id' })}
    ),
    wanted as (
      select user_id, (array['owner', 'manager', 'developer', 'viewer'])[min(rank)] as role from ranked group by user_id
    ),
    gone as (
      update members m set removed_at = now(), source = 'github'
      where m.tenant_id = ${tenantId} and m.invited_by is null and m.removed_at is null
        and ${inScope(scope, { person: 'm.user_id' })}
        and not exists (select from wanted w where w.user_id = m.user_id)
    )
    insert into members as m (tenant_id, user_id, role, source)
    select ${tenantId}::bigint, user_id, role, 'github' from wanted
    on conflict (tenant_id, user_id) do update set role = excluded.role, removed_at = null
    where m.source = 'github' and (m.role, m.removed_at) is distinct from (excluded.role, null::timestamptz)`.execute(
    trx,
  );
}
