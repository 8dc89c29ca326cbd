import { type RawBuilder, sql } from 'kysely';
import { type AccessScope, inScope } from './access-scope.ts';
import { builtInLevels, rankedLevels, UNKNOWN_RANK } from './level.ts';

/**
 * Common table expressions, after `with recursive`, that end in `computed (repository_id, user_id, level, custom_role,
 * path, unreadable, initial)`: of each person and repository the highest grant. Only repositories whose collaborators
 * somebody has tried to read are in it. A grant whose role is not known makes `unknown` of everything below admin.
 *
 * What is known of a repository travels with its grants: a join at the end, whose rows the planner underestimates a
 * thousand times, took minutes for a million pairs.
 */
export function computedAccess(tenantId: number, scope: AccessScope): RawBuilder<unknown> {
  return sql`${sources(tenantId, scope)}, ${grants(tenantId, scope)},
    computed as materialized (
      select distinct on (g.repository_id, g.user_id) g.repository_id, g.user_id,
        (${rankedLevels}::text[])[coalesce(r.rank, ${UNKNOWN_RANK})] as level,
        case when r.custom is not false then g.role end as custom_role, g.path, g.unreadable, g.initial
      from grants g left join role_ranks r on r.name = g.role
      order by g.repository_id, g.user_id, coalesce(r.rank, ${UNKNOWN_RANK}) desc, g.kind, g.path collate "C"
    )`;
}

/** A team passes its grants down to its children; `lineage` has each team with itself and its ancestors. */
function sources(tenantId: number, scope: AccessScope): RawBuilder<unknown> {
  return sql`
    role_ranks as (
      select name, rank, false as custom from unnest(${rankedLevels}::text[]) with ordinality as l (name, rank)
      where name <> 'unknown'
      union all
      select r.name, max(l.rank), true
      from custom_repository_roles r
      join unnest(${rankedLevels}::text[]) with ordinality as l (name, rank) on l.name = r.base_role and l.name <> 'unknown'
      where r.tenant_id = ${tenantId} and r.removed_at is null and r.name <> all (${builtInLevels}::text[])
      group by r.name
    ),
    readable as (
      select r.repository_id, s.reason as unreadable, s.first_read_at is null as initial from repositories r
      join access_reads s on s.tenant_id = ${tenantId} and s.scope = 'collaborators' and s.repository_id = r.repository_id
      where r.tenant_id = ${tenantId} and r.deleted_at is null and ${inScope(scope, { repository: 'r.repository_id' })}
    ),
    people as (
      select user_id, role from organization_members
      where tenant_id = ${tenantId} and removed_at is null and ${inScope(scope, { person: 'user_id' })}
      union
      select tenant_id, 'owner' from tenants
      where tenant_id = ${tenantId} and type = 'User' and ${inScope(scope, { person: 'tenant_id' })}
    ),
    lineage as (
      select team_id, team_id as ancestor_id, parent_id, slug as path, array[team_id] as seen
      from teams where tenant_id = ${tenantId} and removed_at is null
      union all
      select l.team_id, t.team_id, t.parent_id, t.slug || ' › ' || l.path, l.seen || t.team_id
      from lineage l
      join teams t on t.tenant_id = ${tenantId} and t.team_id = l.parent_id
        and t.removed_at is null and t.team_id <> all (l.seen)
    )`;
}

/** `kind` orders grants of one level: what is about the person goes before what is about everybody. */
function grants(tenantId: number, scope: AccessScope): RawBuilder<unknown> {
  return sql`
    grants as (
      select r.*, p.user_id, 'admin' as role, 1 as kind, 'owner' as path
      from readable r cross join people p where p.role = 'owner'
      union all
      select r.*, c.user_id, c.permission, 2, 'direct'
      from repository_collaborators c join readable r using (repository_id)
      where c.tenant_id = ${tenantId} and c.removed_at is null and ${inScope(scope, { person: 'c.user_id' })}
      union all
      select r.*, m.user_id, g.permission, 3, 'team ' || l.path
      from team_members m
      join lineage l using (team_id)
      join team_repositories g on g.tenant_id = ${tenantId} and g.team_id = l.ancestor_id and g.removed_at is null
      join readable r on r.repository_id = g.repository_id
      where m.tenant_id = ${tenantId} and m.removed_at is null and ${inScope(scope, { person: 'm.user_id' })}
        and not exists (
          select from organization_members o
          where o.tenant_id = ${tenantId} and o.user_id = m.user_id and o.removed_at is not null)
      union all
      select r.*, p.user_id, s.base_permission, 4, 'base permission'
      from organization_settings s cross join readable r cross join people p
      where s.tenant_id = ${tenantId} and s.base_permission <> 'none'
    )`;
}
