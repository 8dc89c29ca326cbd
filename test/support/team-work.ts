import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import { withTenant } from '../../db/tenant.ts';
import { recomputeTouched } from '../../src/metrics/derive/recompute.ts';
import { repositoryFact, SEEN_AT, storeFacts } from './api.ts';
import { commitFact, contributorFact, emailFact, pullFact, reviewFact } from './sample-facts.ts';

const [TENANT, SHOP, CORE] = [1, 11, 31];
export const people = ['ann', 'ben', 'cat', 'dan', 'eve'].map((login, index) => ({ login, id: 501 + index }));
const [ANN, BEN, CAT, DAN, BOT] = [501, 502, 503, 504, 510];

const opened = (number: number, author_id: number, observed: object) => ({
  pull_requests: [pullFact(SHOP, number, { author_id, created_at: '2026-03-30T12:00:00.000Z', ...observed })],
});
let reviews = 0;
const reviewed = (number: number, author_id: number, state = 'approved', day = '12') =>
  reviewFact(SHOP, (reviews += 1), { number, author_id, state, submitted_at: `2026-03-${day}T10:00:00.000Z` });
const merged = { state: 'merged', created_at: '2026-03-10T00:00:00.000Z', merged_at: '2026-03-20T00:00:00.000Z' };
const written = (login: string, time: string) =>
  commitFact(SHOP, `${login}-${time}`, {
    author_email: `${login}@acme.example`,
    authored_at: time,
    committed_at: time,
  });

/** A month of five people's work in `acme/shop`; the team `core` has the first two. */
export async function storeTeamWork(db: Database): Promise<void> {
  await storeFacts(
    db,
    TENANT,
    'acme',
    repositoryFact(SHOP, 'acme/shop'),
    {
      contributors: [
        ...people.map(({ id, login }) => contributorFact(id, login)),
        contributorFact(BOT, 'bot[bot]', 'Bot'),
      ],
      contributor_emails: people.map(({ id, login }) =>
        emailFact(`${login}@acme.example`, login, { login, user_id: id }),
      ),
      teams: [
        { team_id: CORE, observed: { at: SEEN_AT, slug: 'core', name: 'Core', parent_id: null, removed_at: null } },
      ],
      team_members: [ANN, BEN].map((user_id) => ({
        team_id: CORE,
        user_id,
        observed: { at: SEEN_AT, role: 'member', removed_at: null },
      })),
    },
    // Open at the end: one waits for 24 hours, one is a draft, one has been reviewed, and one is of a bot.
    opened(1, ANN, {}),
    opened(2, BEN, { draft: true, created_at: '2026-03-21T12:00:00.000Z' }),
    opened(3, CAT, { created_at: '2026-03-11T12:00:00.000Z' }),
    opened(4, BOT, {}),
    // Not open then: one is closed, and one comes later. The last is closed after the end.
    opened(5, ANN, { state: 'closed', closed_at: '2026-03-31T00:00:00.000Z' }),
    opened(6, ANN, { created_at: '2026-04-01T00:00:00.000Z' }),
    opened(7, DAN, { state: 'closed', created_at: '2026-03-29T12:00:00.000Z', closed_at: '2026-04-02T00:00:00.000Z' }),
    opened(8, ANN, merged),
    opened(9, BEN, merged),
    {
      commits: [
        written('ann', '2026-03-16T07:00:00.000Z'),
        written('ben', '2026-03-16T17:59:59.000Z'),
        written('cat', '2026-03-16T18:00:00.000Z'),
        written('dan', '2026-03-21T11:00:00.000Z'),
        // In Berlin it is 8 o'clock by then, in summer time.
        written('eve', '2026-03-30T06:00:00.000Z'),
      ],
      pull_request_commits: [
        { repository_id: SHOP, number: 8, sha: 'ben-2026-03-16T17:59:59.000Z', listed: { at: SEEN_AT } },
      ],
      reviews: [
        reviewed(3, ANN),
        reviewed(8, BEN, 'changes_requested'),
        reviewed(8, BEN, 'approved', '18'),
        reviewed(8, CAT),
        reviewed(8, ANN),
        reviewed(8, BOT),
        reviewed(9, DAN),
        reviewed(9, BEN),
        reviewed(1, BOT),
        reviewed(9, CAT, 'approved', '31'),
      ],
    },
  );
  await storeWholeList(db, TENANT, SHOP);
  await recomputeTouched(db, TENANT);
}

/** As after a backfill: the list of pull requests is read, from `from` or from the beginning on. */
export async function storeWholeList(db: Database, tenantId: number, repositoryId: number, from?: string) {
  await withTenant(db, tenantId, (trx) =>
    sql`
      insert into sync_cursors (tenant_id, repository_id, entity, state, covered_from, covered_until)
      values (${tenantId}, ${repositoryId}, 'pull_requests', 'done', ${from ?? null}, now())`.execute(trx),
  );
}
