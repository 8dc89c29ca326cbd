import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import { utcText } from './utc-text.ts';

export interface DeploymentKey {
  readonly repository_id: number;
  readonly deployment_id: number;
}

/** Causes that do not count, since somebody says that the deployment did not fail. */
interface SetAside {
  readonly by: string;
  readonly at: string;
  readonly reason: string | null;
  readonly failure_causes: { kind: string; by: string; rule: string; recovered_at: string | null }[];
}

/** What is known of a finished production deployment. Times are as JSON has them. */
export interface DeploymentDetails extends DeploymentKey {
  readonly source: string;
  /** What it counts as: its own commit unless `matched_by` says how another one was found. */
  readonly head_sha: string;
  readonly matched_by: 'head_of_pull_request' | 'number_in_headline' | 'patch_id' | null;
  readonly changes: { number: number | null; sha: string; rule: string; started_at: string | null }[];
  readonly failure_causes: { kind: string; by: string; rule: string; recovered_at: string | null }[];
  /** Null: nobody says that it did not fail. */
  readonly set_aside: SetAside | null;
  readonly rework: { kind: string; by: string }[];
  readonly excluded: { reason: string; number: number | null; sha: string | null }[];
}

/** Of a page of deployments: what each ships, why it failed, what it repairs, and what of it is left out of lead time. */
export async function listDeploymentDetails(
  trx: Trx,
  tenantId: number,
  keys: readonly DeploymentKey[],
): Promise<readonly DeploymentDetails[]> {
  const of = (table: string) => sql`${sql.ref(`${table}.tenant_id`)} = ${tenantId}
    and ${sql.ref(`${table}.repository_id`)} = d.repository_id and ${sql.ref(`${table}.deployment_id`)} = d.deployment_id`;
  const causes = (table: string) => sql`
    select coalesce(jsonb_agg(jsonb_build_object('kind', f.kind, 'by', f.linked_by, 'rule', f.rule,
      'recovered_at', ${utcText(sql`f.recovered_at`)}) order by f.kind, f.linked_by), '[]')
    from ${sql.table(table)} f where ${of('f')}`;
  const { rows } = await sql<DeploymentDetails>`
    select d.repository_id, d.deployment_id, d.source, d.head_sha, case when d.off_branch then d.match_rule end as matched_by,
      (select coalesce(jsonb_agg(jsonb_build_object('number', nullif(c.number, 0), 'sha', c.sha, 'rule', c.rule,
          'started_at', ${utcText(sql`c.started_at`)}) order by c.number = 0, c.number, c.sha), '[]')
        from deployment_changes c where ${of('c')} and c.is_change) as changes,
      (${causes('deployment_failures')}) as failure_causes,
      (select jsonb_build_object('by', m.marked_by, 'at', ${utcText(sql`m.marked_at`)}, 'reason', m.reason,
          'failure_causes', (${causes('set_aside_failures')}))
        from deployment_marks m where ${of('m')} and m.source = d.source and not m.failed) as set_aside,
      (select coalesce(jsonb_agg(jsonb_build_object('kind', w.kind, 'by', w.linked_by) order by w.kind, w.linked_by), '[]')
        from deployment_rework w where ${of('w')}) as rework,
      case when d.baseline then jsonb_build_array(jsonb_build_object('reason', 'baseline', 'number', null, 'sha', null))
        else (
          select coalesce(jsonb_agg(x.left_out order by x.left_out), '[]') from (
            select jsonb_build_object('reason', case c.standing when 'baseline' then 'baseline'
                when 'later' then 'deployed_before' else 'clock_skew' end,
              'number', nullif(c.number, 0), 'sha', c.sha) as left_out
            from deployment_changes c
            where ${of('c')} and c.is_change and (c.standing <> 'first' or c.started_at > c.finished_at)
          ) x) end as excluded
    from unnest(${keys.map(({ repository_id }) => repository_id)}::bigint[],
      ${keys.map(({ deployment_id }) => deployment_id)}::bigint[]) as k (repository_id, deployment_id)
    join production_deployments d on d.tenant_id = ${tenantId} and d.repository_id = k.repository_id
      and d.deployment_id = k.deployment_id`.execute(trx);
  return rows;
}
