import type { FactOf, FactTable } from './fact-table.ts';

/** One row a change: the latest row of `team_members` alone can not tell who was there at another time. */
export const teamMemberChanges = {
  name: 'team_member_changes',
  key: { team_id: 'bigint', user_id: 'bigint', changed_at: 'timestamptz' },
  groups: { observed: { joined: 'boolean' } },
} as const satisfies FactTable;
type TeamMemberChangeFact = FactOf<typeof teamMemberChanges>;

export interface TeamMemberChange {
  readonly team_id: number;
  readonly user_id: number;
  readonly joined: boolean;
}

export function teamMemberChange({ team_id, user_id, joined }: TeamMemberChange, at: string): TeamMemberChangeFact {
  return { team_id, user_id, changed_at: at, observed: { at, joined } };
}
