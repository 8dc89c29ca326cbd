import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';
import { getDefinition, getTimeZone, type MetricDefinition } from '../metrics/definition.ts';
import { readClosed, readReverts } from '../metrics/derive/body-references.ts';
import { isHotfix } from '../metrics/derive/labels.ts';
import { listDeploymentDetails } from '../metrics/query/deployment-details.ts';
import { listUnread } from '../metrics/query/history-quality.ts';
import { listPullStages } from '../metrics/query/pull-request-stages.ts';
import { firstCommitOf, firstReviewOf } from '../metrics/query/pull-request-times.ts';
import { scopedRepositories } from '../metrics/query/scope.ts';
import { findSources } from '../metrics/query/quality.ts';
import { queryValue } from '../metrics/query/query-metric.ts';
import type { MetricScope } from '../metrics/query/scope.ts';
import { windowOf } from '../metrics/query/window.ts';
import type { CheckedHead } from '../queue.ts';
import type {
  CheckedPull,
  CheckedRepository,
  CheckFacts,
  DeploymentRow,
  MergedPull,
  ProductionPath,
  PullRow,
} from './check-facts.ts';
import type { FileRules } from './files/changed-files.ts';
import { findMergedRow } from './find-merged-row.ts';
import { notOpen, type PullPlace, readOpen } from './read-open-pull.ts';
import type { RepositoryFile } from './repository-file.ts';
import { getSettings, withFile } from './settings.ts';

interface Asked {
  readonly now: Date;
  readonly file: RepositoryFile;
  /** Null: they could not be read. */
  readonly rules: FileRules | null;
}

type Place = Pick<CheckedHead, 'tenantId' | 'repositoryId'>;

/** @returns null when neither a pull request nor a merge group has this head any more, nor a repository that is left out */
export async function readCheckFacts(
  trx: Trx,
  head: CheckedHead,
  { now, file, rules }: Asked,
): Promise<CheckFacts | null> {
  const repository = await findRepository(trx, head);
  const about = await findPull(trx, head, sql`head_sha = ${head.headSha}`);
  const group = about ? null : await findMergeGroup(trx, head);
  if (!repository) return null;
  if (!about && !group && (repository.tracked || !(await isPublished(trx, head)))) return null;
  const timeZone = await getTimeZone(trx, head.tenantId);
  const { tenantId, repositoryId } = head;
  const scope: RepositoryScope = { tenantId, repositoryId, timeZone, ...windowOf({ to: now }, timeZone) };
  const { settings } = await getSettings(trx, head);
  const openIncidents = await listOpenIncidents(trx, head);
  const mergedNext = about ?? group?.pull ?? null;
  const { definition } = await getDefinition(trx, head);
  return {
    now,
    repository,
    settings: withFile(settings, file.settings),
    fileProblem: settings.repository_file ? file.problem : null,
    openIncidents,
    repairs: mergedNext !== null && isRepair(mergedNext, { repository, openIncidents, definition }),
    pull: about && (await readPull(trx, { scope, rules }, about)),
    quality: await listUnread(trx, scope),
  };
}

async function findRepository(trx: Trx, { tenantId, repositoryId }: Place): Promise<CheckedRepository | undefined> {
  const { rows } = await sql<CheckedRepository>`
    select full_name, tracked from repositories
    where tenant_id = ${tenantId} and repository_id = ${repositoryId} and full_name is not null
      and deleted_at is null`.execute(trx);
  return rows[0];
}

/** Of several with one head, the one that is open, else the latest. */
async function findPull(
  trx: Trx,
  { tenantId, repositoryId }: Place,
  which: RawBuilder<unknown>,
): Promise<PullRow | null> {
  const { rows } = await sql<PullRow>`
    with page as materialized (
      select * from pull_requests
      where tenant_id = ${tenantId} and repository_id = ${repositoryId} and ${which}
      order by state = 'open' desc, number desc limit 1
    ), scoped as (${scopedRepositories({ tenantId, repositoryId })})
    select page.number, page.state, page.draft, page.fork, page.author_id, author.login as author, page.head_sha,
      page.base_ref, page.head_ref, page.body, coalesce(page.labels, '{}') as labels, page.created_at, page.ready_at, page.merged_at, commits.first_commit_at, reviews.first_review_at,
      page.additions, page.deletions, page.changed_files,
      coalesce(page.requested_reviewers, '{}') as requested_reviewers,
      coalesce(page.requested_teams, '{}') as requested_teams
    from page
    join scoped s on s.repository_id = page.repository_id
    left join contributors author on author.tenant_id = ${tenantId} and author.contributor_id = page.author_id
    cross join lateral (${firstCommitOf(tenantId, 'page')}) commits
    cross join lateral (${firstReviewOf(tenantId, 'page')}) reviews`.execute(trx);
  return rows[0] ?? null;
}

/** With the pull request that it merges, where that is known. */
async function findMergeGroup(trx: Trx, head: CheckedHead): Promise<{ readonly pull: PullRow | null } | null> {
  const { tenantId, repositoryId, headSha } = head;
  const { rows } = await sql<{ number: number | null }>`
    select number from published_check_runs
    where tenant_id = ${tenantId} and repository_id = ${repositoryId} and head_sha = ${headSha}
      and merge_group`.execute(trx);
  if (!rows[0]) return null;
  const { number } = rows[0];
  return { pull: number === null ? null : await findPull(trx, head, sql`number = ${number}`) };
}

async function isPublished(trx: Trx, { tenantId, repositoryId, headSha }: CheckedHead): Promise<boolean> {
  const { rows } = await sql`
    select from published_check_runs
    where tenant_id = ${tenantId} and repository_id = ${repositoryId} and head_sha = ${headSha}`.execute(trx);
  return rows.length > 0;
}

async function listOpenIncidents(trx: Trx, { tenantId, repositoryId }: Place): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select coalesce(reported_id, '#' || number) as name from incidents
    where tenant_id = ${tenantId} and repository_id = ${repositoryId} and closed_at is null
    order by reported_id nulls first, number`.execute(trx);
  return rows.map(({ name }) => name);
}

interface Mending {
  readonly repository: CheckedRepository;
  readonly openIncidents: readonly string[];
  readonly definition: MetricDefinition;
}

function isRepair(
  { body, labels, head_ref: headRef }: PullRow,
  { repository, openIncidents, definition }: Mending,
): boolean {
  const written = { body, headRef, fullName: repository.full_name };
  const closes = readClosed(written).some((number) => openIncidents.includes(`#${number}`));
  return closes || readReverts(written).length > 0 || isHotfix({ labels, headRef }, definition);
}

type RepositoryScope = MetricScope & Place;

interface PullAsked {
  readonly scope: RepositoryScope;
  readonly rules: FileRules | null;
}

async function readPull(trx: Trx, { scope, rules }: PullAsked, about: PullRow): Promise<CheckedPull> {
  const place = { tenantId: scope.tenantId, repositoryId: scope.repositoryId, number: about.number };
  const isMeasured = (await findSources(trx, scope)).measured > 0;
  return {
    about,
    ...(about.state === 'open' ? await readOpen(trx, place, { about, rules }) : notOpen),
    hiddenBy: await findHiddenBy(trx, place),
    medians: {
      pickup: await queryValue(trx, 'pr-pickup', scope),
      review: await queryValue(trx, 'pr-review', scope),
      cycle: await queryValue(trx, 'pr-cycle', scope),
    },
    path: isMeasured ? await readPath(trx, place) : null,
    merged: about.merged_at && (await readMerged(trx, place, about.merged_at)),
  };
}

async function findHiddenBy(trx: Trx, { tenantId, repositoryId, number }: PullPlace): Promise<string | null> {
  const { rows } = await sql<{ hidden_by: string }>`
    select hidden_by from hidden_check_runs
    where tenant_id = ${tenantId} and repository_id = ${repositoryId} and number = ${number}`.execute(trx);
  return rows[0]?.hidden_by ?? null;
}

async function readPath(trx: Trx, place: PullPlace): Promise<ProductionPath> {
  const { tenantId, repositoryId, number } = place;
  const ofRepository = sql`d.tenant_id = ${tenantId} and d.repository_id = ${repositoryId}`;
  const latest = sql`order by d.finished_at desc, d.deployment_id desc limit 1`;
  const { rows } = await sql<{ deployment_id: number }>`
    select deployment_id from (
      (select d.deployment_id, d.finished_at from production_deployments d
        where ${ofRepository} and d.outcome = 'success' ${latest})
      union all
      (select d.deployment_id, d.finished_at from production_deployments d
        where ${ofRepository} and d.outcome = 'failure' ${latest})
    ) d ${latest}`.execute(trx);
  const { rows: waiting } = await sql<{ number: number }>`
    select m.number from merged_pull_requests m
    join pull_requests p on p.tenant_id = ${tenantId} and p.repository_id = ${repositoryId} and p.number = m.number
    join repositories r on r.tenant_id = ${tenantId} and r.repository_id = ${repositoryId}
      and r.default_branch = p.base_ref
    where m.tenant_id = ${tenantId} and m.repository_id = ${repositoryId} and m.number <> ${number}
      and m.shipped_by is null and m.merged_at > now() - interval '30 days'
      and not exists (
        select from shipped_commits s
        where s.tenant_id = ${tenantId} and s.repository_id = ${repositoryId} and s.sha = m.merge_commit_sha)
    order by 1`.execute(trx);
  const last = rows[0] ? await readDeployment(trx, place, rows[0].deployment_id) : null;
  return { last: last && last.row, waiting: waiting.map((one) => one.number) };
}

interface FoundDeployment {
  readonly row: DeploymentRow;
  readonly pulls: readonly number[];
}

async function readDeployment(trx: Trx, place: Place, deploymentId: number): Promise<FoundDeployment | null> {
  const { tenantId, repositoryId } = place;
  const { rows } = await sql<Omit<DeploymentRow, 'failures' | 'clearedBy'>>`
    select deployment_id, environment, finished_at from production_deployments
    where tenant_id = ${tenantId} and repository_id = ${repositoryId} and deployment_id = ${deploymentId}`.execute(trx);
  const key = { repository_id: repositoryId, deployment_id: deploymentId };
  const [details] = await listDeploymentDetails(trx, tenantId, [key]);
  if (!rows[0] || !details) return null;
  const failures = details.failure_causes.map(({ kind, by, recovered_at }) => ({
    kind,
    by,
    recovered_at: recovered_at === null ? null : new Date(recovered_at),
  }));
  const clearedBy = details.set_aside?.by ?? null;
  return { row: { ...rows[0], failures, clearedBy }, pulls: details.changes.flatMap(({ number }) => number ?? []) };
}

async function readMerged(trx: Trx, place: PullPlace, merged_at: Date): Promise<MergedPull | null> {
  const row = await findMergedRow(trx, place);
  const { tenantId, repositoryId, number } = place;
  const [stages] = await listPullStages(trx, tenantId, [{ repository_id: repositoryId, number }]);
  if (!row || !stages) return null;
  const { first_deployment_id: id, reverted_by, baseline_environment, baseline_finished_at } = row;
  const found = id === null ? null : await readDeployment(trx, place, id);
  const { definition } = await getDefinition(trx, place);
  return {
    merged_at,
    stages,
    deployment: found && found.row,
    baseline:
      baseline_environment === null || baseline_finished_at === null
        ? null
        : { environment: baseline_environment, finished_at: baseline_finished_at },
    offPath: row.off_path,
    shippedWith: (found?.pulls ?? []).filter((one) => one !== number),
    revertedBy: reverted_by === null ? null : { number: reverted_by, deployed_at: row.revert_deployed_at },
    attributionHours: definition.attribution_window_hours,
  };
}
