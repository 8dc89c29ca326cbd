import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import { idKey, type KeysOf, timeKey } from './cursor.ts';
import { type Org, repositoryIdOf } from './org-scope.ts';
import { allOf, timeKeyOf, timeOf } from './page.ts';
import type { AuthorColumns } from './person.ts';

export interface IncidentRow extends AuthorColumns {
  readonly issue_id: number | null;
  readonly repository: string;
  readonly number: number;
  readonly reported_id: string | null;
  readonly title: string;
  readonly url: string | null;
  readonly state: 'open' | 'closed';
  readonly state_reason: string | null;
  readonly labels: string[];
  readonly created_at: Date;
  readonly closed_at: Date | null;
  readonly deployment_id: number | null;
  readonly rule: string | null;
  readonly position: [string, number, number];
}

export const incidentKeys = [timeKey, idKey, idKey] as const;

interface IncidentsQuery {
  readonly limit: number;
  readonly cursor?: KeysOf<typeof incidentKeys> | undefined;
  readonly repository?: string | undefined;
  readonly state?: 'open' | 'closed' | undefined;
  readonly linked?: boolean | undefined;
  readonly deployment?: number | undefined;
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
}

export async function listIncidents(trx: Trx, org: Org, query: IncidentsQuery): Promise<IncidentRow[]> {
  const { limit, cursor: after, state, linked, deployment, since, until } = query;
  const repositoryId = await repositoryIdOf(trx, org, query.repository);
  const where = allOf([
    repositoryId === undefined ? undefined : sql`i.repository_id = ${repositoryId}::bigint`,
    state && sql`(i.closed_at is null) = ${state === 'open'}`,
    linked === undefined ? undefined : sql`(i.deployment_id is not null) = ${linked}`,
    deployment === undefined ? undefined : sql`i.deployment_id = ${deployment}::bigint`,
    since && sql`i.opened_at >= ${since}::timestamptz`,
    until && sql`i.opened_at < ${until}::timestamptz`,
    after &&
      sql`(i.opened_at, i.repository_id, i.number) < (${timeOf(after[0])}, ${after[1]}::bigint, ${after[2]}::bigint)`,
    sql`true`,
  ]);
  const { rows } = await sql<IncidentRow>`
    select s.issue_id, r.full_name as repository, i.number, i.reported_id, coalesce(s.title, t.title, '') as title, t.url,
      case when i.closed_at is null then 'open' else 'closed' end as state, s.state_reason, s.author_id,
      author.login as author_login, author.type as author_type, coalesce(s.labels, '{}') as labels,
      i.opened_at as created_at, i.closed_at, i.deployment_id, i.rule,
      json_build_array(${timeKeyOf('i.opened_at')}, i.repository_id, i.number) as position
    from incidents i
    join repositories r on r.tenant_id = ${org.tenant_id} and r.repository_id = i.repository_id
      and r.full_name is not null and r.deleted_at is null
    left join issues s on s.tenant_id = ${org.tenant_id} and s.repository_id = i.repository_id and s.number = i.number
    left join reported_incidents t on t.tenant_id = ${org.tenant_id} and t.repository_id = i.repository_id
      and t.reported_id = i.reported_id
    left join contributors author on author.tenant_id = ${org.tenant_id} and author.contributor_id = s.author_id
    where i.tenant_id = ${org.tenant_id} and ${where}
    order by i.opened_at desc, i.repository_id desc, i.number desc limit ${limit + 1}`.execute(trx);
  return rows;
}
