import { CompiledQuery, sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';
import type { FactBatch } from './batch.ts';
import type { FactTableName } from './facts.ts';
import { reportedNumber } from './reported-number.ts';

interface Touched {
  readonly pulls: Set<number>;
  readonly issues: Set<number>;
  readonly commits: Set<string>;
  readonly deployments: Set<number>;
  readonly releases: Set<number>;
  readonly tags: Set<string>;
  readonly workflowRuns: Set<number>;
}

/** Of a row's key after the repository: what derived rows are computed from. */
const touching: Partial<Record<FactTableName, (touched: Touched, key: unknown) => void>> = {
  // In every event: it is looked at again, and nothing of it in particular.
  repositories: () => {},
  branches: () => {},
  tags: ({ tags }, name) => tags.add(String(name)),
  releases: ({ releases }, id) => releases.add(Number(id)),
  workflow_runs: ({ workflowRuns }, id) => workflowRuns.add(Number(id)),
  commits: ({ commits }, sha) => commits.add(String(sha)),
  pull_requests: ({ pulls }, number) => pulls.add(Number(number)),
  pull_request_commits: ({ pulls }, number) => pulls.add(Number(number)),
  issues: ({ issues }, number) => issues.add(Number(number)),
  deployments: ({ deployments }, id) => deployments.add(Number(id)),
  reported_incidents: ({ issues }, id) => issues.add(reportedNumber(String(id))),
  deployment_statuses: ({ deployments }, id) => deployments.add(Number(id)),
};

/**
 * Notes which facts a batch has touched, one row a repository, for whoever derives rows from them. Written in the
 * transaction of the facts: what is not noted has not happened.
 */
export async function recordTouched(trx: Trx, tenantId: number, batch: FactBatch): Promise<void> {
  const repositories = touchedOf(batch, await findDeletedComments(trx, tenantId, batch));
  if (repositories.size === 0) return;
  const rows = [...repositories];
  const columns = [
    rows.map(([id]) => id),
    rows.map(([, { pulls }]) => literal(pulls)),
    rows.map(([, { issues }]) => literal(issues)),
    rows.map(([, { commits }]) => literal(commits)),
    rows.map(([, { deployments }]) => literal(deployments)),
    rows.map(([, { releases }]) => literal(releases)),
    rows.map(([, { tags }]) => literal(tags)),
    rows.map(([, { workflowRuns }]) => literal(workflowRuns)),
  ];
  const text = `
    insert into touched_facts
      (tenant_id, repository_id, pulls, issues, commits, deployments, releases, tags, workflow_runs)
    select $1::bigint, repository_id, pulls::integer[], issues::bigint[], commits::text[], deployments::bigint[],
      releases::bigint[], tags::text[], workflow_runs::bigint[]
    from unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[])
      as x (repository_id, pulls, issues, commits, deployments, releases, tags, workflow_runs)`;
  await trx.executeQuery(CompiledQuery.raw(text, [tenantId, ...columns]));
}

interface PullPlace {
  readonly repository_id: number;
  readonly number: number;
}

/** Where comments were of which the batch says no more than that they are deleted. */
async function findDeletedComments(trx: Trx, tenantId: number, batch: FactBatch): Promise<PullPlace[]> {
  const deleted = batch.rows('comments').filter(({ groups }) => !groups.has('observed'));
  if (deleted.length === 0) return [];
  const { rows } = await sql<PullPlace>`
    select c.repository_id, c.number
    from unnest(${deleted.map(({ key }) => key[0])}::bigint[], ${deleted.map(({ key }) => key[1])}::text[],
      ${deleted.map(({ key }) => key[2])}::bigint[]) as x (repository_id, kind, comment_id)
    join comments c on c.tenant_id = ${tenantId} and c.repository_id = x.repository_id and c.kind = x.kind
      and c.comment_id = x.comment_id
    where c.number is not null`.execute(trx);
  return rows;
}

function touchedOf(batch: FactBatch, deletedComments: readonly PullPlace[]): Map<number, Touched> {
  const repositories = new Map<number, Touched>();
  const touchedIn = (id: number): Touched => {
    let touched = repositories.get(id);
    if (!touched) {
      touched = {
        pulls: new Set(),
        issues: new Set(),
        commits: new Set(),
        deployments: new Set(),
        releases: new Set(),
        tags: new Set(),
        workflowRuns: new Set(),
      };
      repositories.set(id, touched);
    }
    return touched;
  };
  for (const [name, touch] of Object.entries(touching) as [FactTableName, (t: Touched, key: unknown) => void][]) {
    for (const { key } of batch.rows(name)) touch(touchedIn(Number(key[0])), key[1]);
  }
  // The number of a review or of a comment is no part of its key.
  for (const name of ['reviews', 'comments'] as const) {
    for (const { key, groups } of batch.rows(name)) {
      const number = groups.get('observed')?.values['number'];
      if (typeof number === 'number') touchedIn(Number(key[0])).pulls.add(number);
    }
  }
  for (const { repository_id, number } of deletedComments) touchedIn(repository_id).pulls.add(number);
  return repositories;
}

function literal(values: ReadonlySet<number | string>): string {
  return `{${[...values].map((value) => (typeof value === 'string' ? `"${value.replace(/["\\]/g, '\\$&')}"` : value)).join(',')}}`;
}
