import { beforeEach } from 'vitest';
import { withTenant } from '../../db/tenant.ts';
import type { Facts } from '../../src/facts/facts.ts';
import { pullRequestCommitFacts } from '../../src/facts/pull-request-commits.ts';
import { recomputeTouched } from '../../src/metrics/derive/recompute.ts';
import type { ProfileName } from '../../src/metrics/profiles/profiles.ts';
import { queryAnyMetric, rowsOfMetric } from '../../src/metrics/query/any-metric.ts';
import type { MetricName } from '../../src/metrics/query/metrics.ts';
import { repositoryFact, storeFacts } from './api.ts';
import { createTestDatabase } from './database.ts';
import { removeDerived } from './derived-rows.ts';
import { removeRows } from './rows.ts';
import { commitFact, deploymentFact, issueFact, pullFact, reviewFact, statusFact } from './sample-facts.ts';

export const [ACME, SHOP] = [4_711, 11];

/** Of March 2026 unless a month is given: `t('02 10:00')`, `t('05-10 10:00')`. */
export function t(time: string): string {
  const [day = '', clock = ''] = time.split(' ');
  const date = day.includes('-') ? `2026-${day}` : `2026-03-${day}`;
  return new Date(`${date}T${clock.length === 5 ? `${clock}:00` : clock}Z`).toISOString();
}

export function commit(sha: string, parents: readonly string[], authored: string, committed = authored): Facts {
  const fact = commitFact(SHOP, sha, { authored_at: t(authored), committed_at: t(committed) });
  const detailed = { at: fact.observed.at, parents, additions: 1, deletions: 0, changed_files: 1 };
  return { commits: [{ ...fact, detailed }] };
}

/** To production unless another environment is given; with the times of its successes. */
export function deployment(id: number, sha: string, times: readonly string[], environment = 'production'): Facts {
  const [first = ''] = times;
  return {
    deployments: [deploymentFact(SHOP, id, { sha, environment, created_at: t(first) })],
    deployment_statuses: times.map((time, index) =>
      statusFact(SHOP, id, { id: id * 10 + index, state: 'success', created_at: t(time) }),
    ),
  };
}

export function failedDeployment(id: number, sha: string, time: string): Facts {
  return {
    deployments: [deploymentFact(SHOP, id, { sha, created_at: t(time) })],
    deployment_statuses: [statusFact(SHOP, id, { id: id * 10, state: 'failure', created_at: t(time) })],
  };
}

interface Pull {
  readonly merge: string;
  readonly opened: string;
  readonly merged: string;
  /** When its only commit was authored. */
  readonly authored: string;
  readonly base?: string;
  readonly body?: string;
  readonly labels?: readonly string[];
  readonly reviews?: readonly (readonly [time: string, state: string])[];
}

export function pull(number: number, { merge, opened, merged, authored, reviews = [], ...more }: Pull): Facts[] {
  const { base = 'main', body = null, labels = [] } = more;
  return [
    {
      pull_requests: [
        pullFact(SHOP, number, {
          state: 'merged',
          body,
          labels: [...labels],
          base_ref: base,
          merge_commit_sha: merge,
          created_at: t(opened),
          merged_at: t(merged),
          author_id: 601,
          head_sha: `head${number}`,
        }),
      ],
      reviews: reviews.map(([time, state], index) =>
        reviewFact(SHOP, number * 10 + index, { number, state, author_id: 602, submitted_at: t(time) }),
      ),
    },
    commit(`own${number}`, [], authored),
    pullRequestCommitFacts({ repository_id: SHOP, number, shas: [`own${number}`], at: t(merged) }),
  ];
}

interface Incident {
  readonly opened: string;
  readonly closed?: string;
  readonly label?: string;
  readonly body?: string;
}

export function incident(number: number, { opened, closed, label = 'incident', body }: Incident): Facts {
  return {
    issues: [
      issueFact(SHOP, number, {
        labels: [label],
        body: body ?? null,
        created_at: t(opened),
        closed_at: closed ? t(closed) : null,
        state: closed ? 'closed' : 'open',
      }),
    ],
  };
}

export const march = { from: t('01 00:00'), to: t('29 00:00') };

/** A database for the worked examples of a profile. */
export async function createProfileExample(profile: ProfileName) {
  const { db } = await createTestDatabase();
  beforeEach(async () => {
    await removeRows(db, ACME);
    await removeDerived(db, ACME);
  });
  async function read(
    name: MetricName,
    {
      window = march,
      environment,
      as = profile,
    }: { window?: typeof march; environment?: string; as?: ProfileName } = {},
  ) {
    await recomputeTouched(db, ACME);
    return withTenant(db, ACME, async (trx) => {
      const scope = {
        tenantId: ACME,
        from: new Date(window.from),
        to: new Date(window.to),
        timeZone: 'UTC',
        step: 'week' as const,
        environment,
      };
      const result = await queryAnyMetric(trx, { name, profile: as }, scope);
      if (!result.profile) throw new Error('a profile was asked for');
      const page = { limit: 10_000 };
      const rows = await rowsOfMetric({ name, profile: as }).list(trx, { scope, page });
      const counting = rows.filter(({ excluded }) => excluded === null);
      return {
        own: result.value,
        value: result.profile.value,
        n: result.profile.n,
        excluded: Object.fromEntries(result.profile.excluded.map(({ reason, count }) => [reason, count])),
        numerator: result.profile.numerator,
        values: counting.flatMap(({ value }) => (value === null ? [] : [value])).toSorted((a, b) => a - b),
        failed: counting
          .filter(({ counted }) => counted)
          .map(({ id }) => id)
          .toSorted((a, b) => a - b),
        quality: result.profile.quality.map(({ code }) => code),
        actions: result.profile.quality.map(({ action }) => action),
        ownQuality: result.quality.map(({ code }) => code),
      };
    });
  }
  return {
    db,
    read,
    store: (...facts: readonly Facts[]) => storeFacts(db, ACME, 'acme', repositoryFact(SHOP, 'acme/shop'), ...facts),
  };
}
