import type { Database } from '../../db/connection.ts';
import { repositoryFact, storeFacts } from './api.ts';
import {
  commitFact,
  contributorFact,
  deploymentFact,
  emailFact,
  issueFact,
  pullFact,
  releaseFact,
  reviewFact,
  statusFact,
} from './sample-facts.ts';

export const ACME = 4_711;
export const SHOP = 11;
export const [ANN, BOT] = [501, 503];
const BEN = 502;
/** Of February 2026. */
export const day = (n: number, time = '10:00:00.000') => `2026-02-${String(n).padStart(2, '0')}T${time}Z`;

/** One organization with a little of everything, and another one that it must not see. */
export async function storeSampleOrgs(db: Database): Promise<void> {
  await storeFacts(
    db,
    ACME,
    'Acme',
    repositoryFact(SHOP, 'Acme/Shop'),
    repositoryFact(12, 'Acme/docs'),
    {
      repositories: [
        { repository_id: 13, named: { at: day(1), full_name: 'Acme/gone', private: true }, deleted_at: day(2) },
      ],
    },
    {
      installations: [
        {
          installation_id: 77,
          observed: {
            at: day(1),
            app_id: 1,
            repository_selection: 'all',
            permissions: {},
            events: [],
            created_at: day(1),
            suspended_at: day(3),
          },
        },
        { installation_id: 76, deleted_at: day(1) },
      ],
      contributors: [
        contributorFact(ANN, 'Ann'),
        contributorFact(BEN, 'ben'),
        contributorFact(BOT, 'checks[bot]', 'Bot'),
      ],
      contributor_emails: [
        emailFact('ann@acme.example', 'Ann Lee', { login: 'Ann', user_id: ANN }),
        emailFact('ann@home.example', 'Ann', { login: 'Ann', user_id: ANN }),
        emailFact('cy@home.example', 'Cy'),
      ],
      commits: [
        {
          ...commitFact(SHOP, 'c1', { authored_at: day(1), committed_at: day(2), co_authors: ['cy@home.example'] }),
          detailed: { at: day(1), parents: ['c0'], additions: 5, deletions: 2, changed_files: 1 },
        },
        commitFact(SHOP, 'c2', { author_email: 'ann@home.example', authored_at: day(3), committed_at: day(3) }),
        commitFact(12, 'c3', {
          author_email: 'cy@home.example',
          author_name: 'Cy',
          authored_at: day(4),
          committed_at: day(4),
        }),
        commitFact(13, 'c4'),
        {
          repository_id: SHOP,
          sha: 'c5',
          detailed: { at: day(1), parents: [], additions: 1, deletions: 1, changed_files: 1 },
        },
      ],
      pull_requests: [
        {
          ...pullFact(SHOP, 1, {
            state: 'merged',
            author_id: ANN,
            created_at: day(4),
            merged_at: day(6),
            closed_at: day(6),
            merge_commit_sha: 'c2',
            labels: ['bug'],
          }),
          sized: { at: day(6), additions: 7, deletions: 3, changed_files: 2, merged_by_id: BEN },
          readied: { at: day(4), ready_at: day(4) },
          commits: { at: day(6) },
        },
        pullFact(SHOP, 2, { author_id: BEN, created_at: day(5), draft: true, base_ref: 'next', head_ref: 'wip' }),
        pullFact(12, 1, { state: 'closed', author_id: BOT, created_at: day(3), closed_at: day(4) }),
      ],
      pull_request_commits: [
        { repository_id: SHOP, number: 1, sha: 'c1', listed: { at: day(6) } },
        { repository_id: SHOP, number: 1, sha: 'c2', listed: { at: day(6) } },
        { repository_id: SHOP, number: 2, sha: 'unknown', listed: { at: day(6) } },
      ],
      reviews: [
        reviewFact(SHOP, 1, { author_id: BOT, submitted_at: day(4, '10:01:00.000'), state: 'commented' }),
        reviewFact(SHOP, 2, { author_id: ANN, submitted_at: day(4, '11:00:00.000'), state: 'commented' }),
        reviewFact(SHOP, 3, { author_id: BEN, submitted_at: day(5) }),
      ],
      comments: [
        {
          repository_id: SHOP,
          kind: 'review',
          comment_id: 1,
          observed: {
            at: day(4),
            number: 1,
            commit_sha: null,
            review_id: null,
            author_id: BEN,
            created_at: day(4, '12:00:00.000'),
          },
        },
      ],
      issues: [
        issueFact(SHOP, 3, {
          author_id: ANN,
          labels: ['incident', 'sev1'],
          state: 'closed',
          state_reason: 'completed',
          created_at: day(7),
          closed_at: day(8),
        }),
        issueFact(SHOP, 4, { created_at: day(9) }),
        { ...issueFact(SHOP, 5), deleted_at: day(9) },
      ],
      releases: [
        releaseFact(SHOP, 1, { author_id: ANN, created_at: day(6) }),
        releaseFact(SHOP, 2, { draft: true, prerelease: true, created_at: day(8), published_at: null }),
      ],
      deployments: [
        deploymentFact(SHOP, 1, { created_at: day(6) }),
        deploymentFact(SHOP, 2, { created_at: day(7), environment: 'Prod-EU', ref: 'v2' }),
        deploymentFact(SHOP, 3, { created_at: day(8), environment: 'staging', sha: 'b' }),
        deploymentFact(SHOP, 4, { created_at: day(9), environment: 'edge', production_environment: true }),
      ],
      deployment_statuses: [
        statusFact(SHOP, 1, { id: 1, state: 'failure', created_at: day(6, '10:01:00.000') }),
        statusFact(SHOP, 1, { id: 2, state: 'success', created_at: day(6, '10:02:00.000') }),
        statusFact(SHOP, 1, { id: 3, state: 'success', created_at: day(6, '10:03:00.000') }),
        statusFact(SHOP, 1, { id: 4, state: 'inactive', created_at: day(7) }),
        statusFact(SHOP, 2, { id: 5, state: 'error', created_at: day(7, '10:05:00.000') }),
        statusFact(SHOP, 3, { id: 6, state: 'in_progress', created_at: day(8) }),
      ],
    },
  );
  await storeFacts(db, 9, 'other', repositoryFact(91, 'other/secret'), {
    commits: [commitFact(91, 's1')],
    pull_requests: [pullFact(91, 1)],
    deployments: [deploymentFact(91, 900)],
    contributors: [contributorFact(509, 'eve')],
  });
}
