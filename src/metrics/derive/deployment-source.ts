import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import type { DeploymentSource, MetricDefinition, Place } from '../definition.ts';
import { deploymentOutcome, isProduction } from '../deployment-outcome.ts';
import { globExpression } from '../glob.ts';
import { isOneOf } from './is-one-of.ts';

type ExplicitSource = Exclude<DeploymentSource, { kind: 'auto' }> | { readonly kind: 'none' };

/**
 * GitHub's deployments, if there is one to production that is not older than 90 days beside the latest release; else
 * releases; else nothing. The latest release stands for today, so that rows do not change by themselves.
 */
export async function chooseSource(trx: Trx, place: Place, definition: MetricDefinition): Promise<ExplicitSource> {
  const source = definition.deployment_source;
  if (source.kind !== 'auto') return source;
  const { tenantId, repositoryId } = place;
  const { rows } = await sql<{ source: 'github_deployment' | 'release' | 'none' }>`
    select case
      when deployed_at >= coalesce(released_at, '-infinity') - interval '90 days' then 'github_deployment'
      when released_at is not null then 'release' else 'none' end as source
    from (select
      (select d.created_at from deployments d
        where d.tenant_id = ${tenantId} and d.repository_id = ${repositoryId} and ${isProductionBy(definition)}
          and d.reported_id is null
        order by d.created_at desc limit 1) as deployed_at,
      (select max(r.published_at) from releases r
        where r.tenant_id = ${tenantId} and r.repository_id = ${repositoryId} and ${isDeployed}) as released_at
    ) latest`.execute(trx);
  return { kind: rows[0]?.source ?? 'none' };
}

const isDeployed = sql`r.draft is false and r.prerelease is false and r.deleted_at is null and r.published_at is not null`;

/** Undefined: all. */
type Ids = readonly number[] | undefined;

interface Selected {
  readonly source: ExplicitSource;
  readonly definition: MetricDefinition;
  /** Of these deployments alone. */
  readonly ids: Ids;
}

/** The finished production deployments of a source: `deployment_id, environment, sha, ref, outcome, finished_at, failed_again_at`. */
export function selectDeployments(place: Place, { source, definition, ids }: Selected): RawBuilder<unknown> {
  switch (source.kind) {
    case 'github_deployment':
      return deployments(place, { definition, ids, isOfSource: sql`d.reported_id is null` });
    case 'reported':
      return deployments(place, { definition, ids, isOfSource: sql`d.reported_id is not null` });
    case 'release':
      return releases(place, ids);
    case 'workflow_run':
      return workflowRuns(place, source, ids);
    case 'tag':
      return tags(place, source.pattern, ids);
    case 'merge':
      return merges(place, ids);
    case 'none':
      return sql`
        select 0::bigint as deployment_id, '' as environment, '' as sha, '' as ref, '' as outcome,
          now() as finished_at, now() as failed_again_at where false`;
  }
}

/** What changed that deployments of some source may be made of. */
export interface SourceChanges {
  readonly deployments: readonly number[];
  readonly pulls: readonly number[];
  readonly commits: readonly string[];
  readonly releases: readonly number[];
  readonly tags: readonly string[];
  readonly workflowRuns: readonly number[];
}

/** The ids of the deployments that are there, or were, or might have been, because of it. */
export async function listChangedIds(
  trx: Trx,
  place: Place,
  { source, changes }: { source: ExplicitSource; changes: SourceChanges },
): Promise<readonly number[]> {
  switch (source.kind) {
    case 'github_deployment':
    case 'reported':
      return changes.deployments;
    case 'release':
      return listIds(trx, releasesOf(place, changes));
    case 'workflow_run':
      return changes.workflowRuns;
    case 'tag':
      return listIds(trx, sql`select ${tagId} as id from unnest(${changes.tags}::text[]) as t (name)`);
    case 'merge':
      return changes.pulls;
    case 'none':
      return [];
  }
}

async function listIds(trx: Trx, ids: RawBuilder<unknown>): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`${ids}`.execute(trx);
  return rows.map(({ id }) => id);
}

/** A release is of another commit with another tag, or when its commit becomes known. */
function releasesOf(
  { tenantId, repositoryId }: Place,
  { releases, tags, commits }: SourceChanges,
): RawBuilder<unknown> {
  return sql`
    select r.release_id as id from releases r
    left join tags t on t.tenant_id = ${tenantId} and t.repository_id = ${repositoryId} and t.name = r.tag_name
    where r.tenant_id = ${tenantId} and r.repository_id = ${repositoryId}
      and (r.release_id = any(${releases}::bigint[]) or r.tag_name = any(${tags}::text[])
        or r.target_commitish = any(${commits}::text[]) or t.sha = any(${commits}::text[]))`;
}

function isProductionBy({ production_environments }: MetricDefinition): RawBuilder<boolean> {
  return isProduction(sql`${globExpression(production_environments)}::text`);
}

function deployments(
  { tenantId, repositoryId }: Place,
  { definition, ids, isOfSource }: Omit<Selected, 'source'> & { readonly isOfSource: RawBuilder<unknown> },
): RawBuilder<unknown> {
  return sql`
    select d.deployment_id, d.environment, d.sha, d.ref, o.outcome, o.finished_at, o.failed_again_at
    from deployments d cross join lateral (${deploymentOutcome(tenantId)}) o
    where d.tenant_id = ${tenantId} and d.repository_id = ${repositoryId} and ${isProductionBy(definition)}
      and ${isOfSource} and o.outcome <> 'unfinished' and ${isOneOf(sql`d.deployment_id`, ids)}`;
}

/** A release names its commit by its tag, or, where that is an annotated one, by the commit that it was made of. */
function releases({ tenantId, repositoryId }: Place, ids: Ids): RawBuilder<unknown> {
  const isStored = (sha: RawBuilder<unknown>) => sql`exists (
    select from commits c where c.tenant_id = ${tenantId} and c.repository_id = ${repositoryId} and c.sha = ${sha})`;
  return sql`
    select * from (
      select r.release_id as deployment_id, 'production' as environment,
        case when ${isStored(sql`t.sha`)} then t.sha
          when ${isStored(sql`r.target_commitish`)} then r.target_commitish else t.sha end as sha,
        r.tag_name as ref, 'success' as outcome, r.published_at as finished_at, null::timestamptz as failed_again_at
      from releases r
      left join tags t on t.tenant_id = ${tenantId} and t.repository_id = ${repositoryId} and t.name = r.tag_name
      where r.tenant_id = ${tenantId} and r.repository_id = ${repositoryId} and ${isDeployed}
        and ${isOneOf(sql`r.release_id`, ids)}
    ) of_commits where sha is not null`;
}

function workflowRuns(
  { tenantId, repositoryId }: Place,
  { workflow, branch }: { workflow: string; branch: string },
  ids: Ids,
): RawBuilder<unknown> {
  return sql`
    select w.workflow_run_id as deployment_id, 'production' as environment, w.head_sha as sha, w.head_branch as ref,
      case when w.conclusion = 'success' then 'success' else 'failure' end as outcome, w.updated_at as finished_at,
      null::timestamptz as failed_again_at
    from workflow_runs w
    where w.tenant_id = ${tenantId} and w.repository_id = ${repositoryId} and w.status = 'completed'
      and w.conclusion in ('success', 'failure', 'timed_out', 'startup_failure')
      and (w.name = ${workflow} or w.path = ${workflow}) and w.head_branch = ${branch}
      and ${isOneOf(sql`w.workflow_run_id`, ids)}`;
}

/** A tag has no id of its own: a negative one is made of its name. */
const tagId = sql`(-1 - (hashtextextended(t.name, 0) & 9007199254740991))`;

/** A tag was deployed when it was pushed. */
function tags({ tenantId, repositoryId }: Place, pattern: string, ids: Ids): RawBuilder<unknown> {
  return sql`
    select ${tagId} as deployment_id, 'production' as environment, t.sha,
      t.name as ref, 'success' as outcome, t.observed_at as finished_at, null::timestamptz as failed_again_at
    from tags t
    where t.tenant_id = ${tenantId} and t.repository_id = ${repositoryId} and t.sha is not null
      and t.deleted_at is null and t.name ~ ${globExpression([pattern])} and ${isOneOf(tagId, ids)}`;
}

function merges({ tenantId, repositoryId }: Place, ids: Ids): RawBuilder<unknown> {
  return sql`
    select p.number::bigint as deployment_id, 'production' as environment, p.merge_commit_sha as sha, p.base_ref as ref,
      'success' as outcome, p.merged_at as finished_at, null::timestamptz as failed_again_at
    from pull_requests p
    join repositories r on r.tenant_id = ${tenantId} and r.repository_id = ${repositoryId}
      and r.default_branch = p.base_ref
    where p.tenant_id = ${tenantId} and p.repository_id = ${repositoryId} and p.merged_at is not null
      and p.merge_commit_sha is not null and ${isOneOf(sql`p.number`, ids)}`;
}
