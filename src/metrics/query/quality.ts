import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import type { Aggregate } from './aggregate.ts';
import type { Metric } from './metric.ts';
import { isInEnvironment, isScoped, type MetricScope, scopedRepositories } from './scope.ts';
import { kindOf } from './statistic.ts';

/** What is missing behind a number, and what to do about it. */
export interface Quality {
  readonly code: string;
  readonly message: string;
  readonly action: string;
}

const FEW = 5;
const READ_HISTORY =
  'Wait for the backfill, or start it again. Where webhooks come alone, connect GitHub with APP_ID and PRIVATE_KEY: they tell of no parents, and of no commits of pull requests.';
const FILES_UNREAD =
  'Connect GitHub, which is asked for the files of what was merged in the last 180 days, bit by bit. Of the others, additions and deletions in the rows say how large they are with all files.';

interface Sources {
  readonly repositories: number;
  readonly without_source: number;
  /** Repositories with a deployment in the window or in the 90 days before its end; of a chosen source, with any before its end. */
  readonly measured: number;
}

/** Whether deployments are measured at all. */
export async function findSources(trx: Trx, scope: MetricScope): Promise<Sources> {
  const { tenantId, from, to } = scope;
  const { rows } = await sql<Sources>`
    with scoped as materialized (${scopedRepositories(scope)})
    select count(*)::integer as repositories,
      (count(*) filter (where coalesce(o.source, 'none') = 'none'))::integer as without_source,
      (count(*) filter (where o.source <> 'none' and exists (
        select from production_deployments d
        where d.tenant_id = ${tenantId} and d.repository_id = s.repository_id and d.finished_at < ${to}
          and d.finished_at >= case when o.automatic
            then least(${from}::timestamptz, ${to}::timestamptz - interval '90 days') else '-infinity' end
          and ${isInEnvironment(scope, 'd.environment')})))::integer as measured
    from scoped s
    left join deployment_sources o on o.tenant_id = ${tenantId} and o.repository_id = s.repository_id`.execute(trx);
  const [row] = rows;
  if (!row) throw new Error('a query of aggregates has one row');
  return row;
}

interface Incomplete {
  readonly environments: string[];
  /** Deployments that other programs told of. */
  readonly reported: number;
  readonly gaps: number;
  /** Deployments of the window whose commit no branch has. */
  readonly matched: number;
  readonly pulls: number;
  readonly pulls_unmatched: number;
}

/** What is known to be missing behind a metric of deployments. */
async function findIncomplete(trx: Trx, scope: MetricScope, { measured }: Sources): Promise<Incomplete> {
  const { tenantId, from, to } = scope;
  const { rows } = await sql<Incomplete>`
    with scoped as materialized (${scopedRepositories(scope)}),
    merged as (
      select count(*)::integer as pulls, (count(*) filter (where p.shipped_by is null))::integer as unmatched
      from merged_pull_requests p
      where p.tenant_id = ${tenantId} and ${isScoped(scope, 'p')} and p.merged_at >= ${from} and p.merged_at < ${to}
        and (p.repository_id in (
          select o.repository_id from deployment_sources o where o.tenant_id = ${tenantId} and o.source <> 'none')) is true
    )
    select
      case when ${measured > 0} then '{}' else array(
        select d.environment from deployments d join scoped s on s.repository_id = d.repository_id
        where d.tenant_id = ${tenantId} and d.reported_id is null
        group by 1 order by count(*) desc, 1 limit 5) end as environments,
      case when ${measured > 0} then 0 else (
        select count(*) from deployments d join scoped s on s.repository_id = d.repository_id
        where d.tenant_id = ${tenantId} and d.reported_id is not null) end::integer as reported,
      (select count(*)::integer from shipped_commits m join scoped s on s.repository_id = m.repository_id
        where m.tenant_id = ${tenantId} and not m.parents_known) as gaps,
      (select count(*)::integer from production_deployments d join scoped s on s.repository_id = d.repository_id
        where d.tenant_id = ${tenantId} and d.finished_at >= ${from} and d.finished_at < ${to}
          and d.match_sha is not null and d.off_branch) as matched,
      pulls, unmatched as pulls_unmatched
    from merged`.execute(trx);
  const [row] = rows;
  if (!row) throw new Error('a query of aggregates has one row');
  return row;
}

/** Whether anything ever told of issues or incidents: an issue of any kind, a report, or GitHub's list of them. */
async function isToldOfIncidents(trx: Trx, scope: MetricScope): Promise<boolean> {
  const { tenantId } = scope;
  const isThere = (table: 'issues' | 'reported_incidents' | 'sync_cursors', more = sql`true`) => sql`exists (
    select from ${sql.table(table)} x
    where x.tenant_id = ${tenantId} and x.repository_id in (select repository_id from scoped) and ${more})`;
  const { rows } = await sql<{ told: boolean }>`
    with scoped as materialized (${scopedRepositories(scope)})
    select ${isThere('issues')} or ${isThere('reported_incidents')}
      or ${isThere('sync_cursors', sql`x.entity = 'issues' and x.covered_until is not null`)} as told`.execute(trx);
  return rows[0]?.told === true;
}

const incidentsUnknown: Quality = {
  code: 'incidents_unknown',
  message: 'Incidents are not known here: no issue and no incident was ever told. What failed may be more.',
  action: 'Connect GitHub, which tells issues, or report incidents: a replayed clone has none.',
};

export function isMeasured(metric: Metric, sources: Sources): boolean {
  return !metric.needsDeployments || sources.measured > 0;
}

export async function describeQuality(
  trx: Trx,
  metric: Metric,
  {
    scope,
    sources,
    found: { n, open, excluded },
  }: { scope: MetricScope; sources: Sources; found: Pick<Aggregate, 'n' | 'open' | 'excluded'> },
): Promise<Quality[]> {
  if (sources.repositories === 0) return [noRepositories];
  const found: Quality[] = [];
  if (metric.needsDeployments) {
    const incomplete = await findIncomplete(trx, scope, sources);
    if (sources.measured === 0) return [notDeployed(sources, incomplete, scope)];
    if (sources.without_source > 0) found.push(partlyMeasured(sources));
    if (incomplete.gaps > 0) found.push(gapsOf(incomplete));
    if (incomplete.matched > 0) found.push(matchedOf(incomplete));
    if (incomplete.pulls_unmatched > 0 && metric.shipsPulls === true) found.push(unmatchedOf(incomplete));
  }
  if (metric.needsIncidents === true && !(await isToldOfIncidents(trx, scope))) found.push(incidentsUnknown);
  const unread = excluded.find(({ reason }) => reason === 'unknown_files');
  if (unread && n > 0) found.push(filesUnread(unread.count, n));
  const kind = kindOf(metric.statistic);
  if (n === 0 && open > 0) found.push(allOpen(open));
  else if (n === 0) found.push(excluded.length > 0 ? allLeftOut(excluded) : nothingOf(metric, scope));
  else if (n < FEW && (kind === 'part' || kind === 'values')) found.push(few(n));
  return found;
}

export const noRepositories: Quality = {
  code: 'no_repositories',
  message: 'No repository is known here.',
  action: 'Install the App on a repository, or replay a clone with `npm run shiplog -- replay PATH`.',
};

const before = 'the window that it is compared with';

/** Why nothing is known of a window that is compared with. */
const whyUnknown = {
  nothing: `Nothing of ${before} counts.`,
  no_deployment: `There is no production deployment in ${before}, nor shortly before: nothing was measured then.`,
  never_told: `Which pull requests were open at the end of ${before} is not known.`,
  few_people: `Fewer than 5 people have commits in ${before}.`,
};

/** Of a window that is compared with. */
export function nothingBefore(why: keyof typeof whyUnknown): Quality {
  return {
    code: 'comparison_unknown',
    message: whyUnknown[why],
    action: 'Compare with another time: `compare=FROM..TO`.',
  };
}

function nothingOf({ nothing, nothingThere }: Metric, { environment }: MetricScope): Quality {
  const message = environment === undefined ? nothing : (nothingThere ?? nothing);
  return {
    code: 'nothing_in_window',
    message: message ?? 'Nothing of this kind is known in the window, or for what is asked for.',
    action: 'Choose a longer window, or another repository, team or environment.',
  };
}

function allOpen(open: number): Quality {
  const what = open === 1 ? 'The one that there is has' : `All ${open} that there are have`;
  return {
    code: 'all_open',
    message: `${what} no end yet, so there is no time to measure.`,
    action: 'Close the incident, deploy the fix, or say when it recovered: see open, and the rows.',
  };
}

function allLeftOut(excluded: Aggregate['excluded']): Quality {
  const actions = excluded.map(({ reason }) => whatToDo[reason]).filter((action) => action !== undefined);
  return {
    code: 'nothing_in_window',
    message: `Nothing in the window counts. Left out: ${excluded.map(({ reason, count }) => `${count} ${reason}`).join(', ')}.`,
    action: [...new Set(actions), 'Or choose a longer window.'].join(' '),
  };
}

function filesUnread(unread: number, n: number): Quality {
  return {
    code: 'files_unread',
    message: `Of ${unread} of ${unread + n} pull requests it is not known which files they change. They are left out, since generated files could not be.`,
    action: FILES_UNREAD,
  };
}

/** By the reason for which rows are left out. */
const whatToDo: Readonly<Record<string, string>> = {
  baseline: 'What the first deployment of an environment brought is not known: wait for the next one.',
  bot: 'Set `leave_out_bots` to false where the work of bots is to count.',
  excluded_person:
    'Somebody has said that the work of these people does not count: `PATCH …/contributors/{id}` with `{"excluded": false}` takes it back.',
  clock_skew: 'Its start lies after its deployment: set the clock of the machine that committed it.',
  unknown_start: `When the work began is not known. ${READ_HISTORY}`,
  unknown_commits: `Commits of these pull requests are not known. ${READ_HISTORY}`,
  unknown_parents: `Parents of these commits are not known. ${READ_HISTORY}`,
  unknown_files: FILES_UNREAD,
  not_deployed: 'Deploy them, or check that deployments are of commits of the default branch.',
  no_deployment_of_branch:
    'They are deployed, but this profile matches by branch: a deployment of a release or a tag names none. Choose a source of deployments that names the branch, such as a workflow or merges, to compare.',
  no_review: 'Have them reviewed; or connect GitHub, which tells reviews: a replayed clone has none.',
  no_push: 'Send the webhooks of pushes, and wait for deployments of what comes with them.',
};

function notDeployed(sources: Sources, seen: Incomplete, { environment }: MetricScope): Quality {
  if (sources.without_source === sources.repositories) return withoutSource(seen);
  const code = 'no_recent_deployment';
  const since = 'in the window, nor in the 90 days before its end';
  if (environment === undefined) {
    const message = `There is no production deployment ${since}.`;
    return { code, message, action: 'Choose an earlier window, or choose what counts as a deployment now.' };
  }
  const message = `There is no production deployment to the environment ${environment} ${since}.`;
  return { code, message, action: 'Choose another environment, as /environments names them, or an earlier window.' };
}

function withoutSource({ environments, reported }: Incomplete): Quality {
  const seen = [
    ...(environments.length > 0 ? [`No environment is production by its name. Seen: ${environments.join(', ')}.`] : []),
    ...(reported > 0
      ? [`Only if \`deployment_source\` says so do reported deployments count. Seen: ${reported}.`]
      : []),
  ];
  return {
    code: environments.length === 0 ? 'no_deployment_source' : 'no_production_environment',
    message: `${seen.join(' ') || 'No deployment and no release has been seen.'} So deployments are not measured.`,
    action:
      'Choose what counts as a deployment, as `deployment_source` of /metric-definitions: GitHub deployments to an environment named production, releases, tags, a workflow, merges, or reports.',
  };
}

function partlyMeasured({ without_source, repositories }: Sources): Quality {
  return {
    code: 'repositories_without_source',
    message: `${without_source} of ${repositories} repositories have nothing that counts as a deployment. They are left out.`,
    action: 'Choose what counts as a deployment in them.',
  };
}

function gapsOf({ gaps }: Incomplete): Quality {
  return {
    code: 'history_gap',
    message: `The parents of ${gaps} deployed commits are not known. Changes behind them are missing, and with them rollbacks, reverts and fixes.`,
    action: READ_HISTORY,
  };
}

function matchedOf({ matched }: Incomplete): Quality {
  return {
    code: 'matched_deployments',
    message: `${matched} ${matched === 1 ? 'deployment is of a commit' : 'deployments are of commits'} that no branch has. What they stand for was found by pull request or patch.`,
    action: 'See matched_by in the rows. Deploy commits of the default branch to be certain.',
  };
}

function unmatchedOf({ pulls, pulls_unmatched }: Incomplete): Quality {
  return {
    code: 'unmatched_pull_requests',
    message: `${pulls_unmatched} of ${pulls} pull requests that were merged in the window are in no deployment.`,
    action: 'They may wait for one. If not, check that deployments are of commits of the default branch.',
  };
}

function few(n: number): Quality {
  return {
    code: 'few_samples',
    message: `There ${n === 1 ? 'is 1 sample' : `are ${n} samples`} alone: one more can change the number much.`,
    action: 'Choose a longer window.',
  };
}
