import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import { mergeFacts } from '../../events/merge-facts.ts';
import { applyFacts } from '../../facts/apply.ts';
import { type Facts, factTables } from '../../facts/facts.ts';
import { teamMemberChange } from '../../facts/team-member-changes.ts';
import { teamRepositoryChange } from '../../facts/team-repository-changes.ts';

const lists = [
  'organization_members',
  'teams',
  'team_members',
  'team_repositories',
  'custom_repository_roles',
  'repository_collaborators',
] as const;
type ListTable = (typeof lists)[number];

interface Listing {
  /** When GitHub was asked. */
  readonly at: string;
  /** Only of these teams, or of this repository; left out: the list was of all. */
  readonly teamIds?: readonly number[];
  readonly repositoryId?: number;
}

/**
 * Marks as removed what a list had before and has no more: all that was not seen since GitHub was asked. What an event
 * told after that stays.
 * @param trx where the facts of the list have been applied
 */
export async function removeUnlisted(
  trx: Trx,
  tenantId: number,
  table: ListTable,
  { at, teamIds, repositoryId }: Listing,
): Promise<Facts> {
  const { key, groups } = factTables[table];
  const columns = [...Object.keys(key), ...Object.keys(groups.observed)].filter((name) => name !== 'removed_at');
  const { rows } = await sql<Record<string, unknown>>`
    select ${sql.join(columns.map((name) => sql.ref(name)))} from ${sql.table(table)}
    where tenant_id = ${tenantId} and removed_at is null and observed_at < ${at}::timestamptz
      and ${teamIds ? sql`team_id = any(${teamIds}::bigint[])` : sql`true`}
      and ${repositoryId === undefined ? sql`true` : sql`repository_id = ${repositoryId}`}`.execute(trx);
  const removed = rows.map((row) => {
    const values = [...pick(row, Object.keys(groups.observed)), ['at', at], ['removed_at', at]] as const;
    return Object.fromEntries([...pick(row, Object.keys(key)), ['observed', Object.fromEntries(values)]]);
  });
  const facts = mergeFacts({ [table]: removed }, changesOf(table, rows, at));
  await applyFacts(trx, tenantId, [facts]);
  return facts;
}

/** Of teams it is noted when somebody, or a repository, went. */
function changesOf(table: ListTable, rows: readonly Record<string, unknown>[], at: string): Facts {
  if (table === 'team_members') {
    const left = rows.map((row) => ({
      team_id: Number(row['team_id']),
      user_id: Number(row['user_id']),
      joined: false,
    }));
    return { team_member_changes: left.map((change) => teamMemberChange(change, at)) };
  }
  if (table !== 'team_repositories') return {};
  const taken = rows.map((row) => ({
    team_id: Number(row['team_id']),
    repository_id: Number(row['repository_id']),
    permission: 'none',
    previous: typeof row['permission'] === 'string' ? row['permission'] : null,
  }));
  return { team_repository_changes: taken.map((change) => teamRepositoryChange(change, at)) };
}

function pick(row: Readonly<Record<string, unknown>>, names: readonly string[]) {
  return names.map((name) => [name, row[name]] as const);
}
