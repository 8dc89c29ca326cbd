import { z } from 'zod';
import type { TeamRepositoryFact } from '../facts/team-repositories.ts';
import type { TeamFact } from '../facts/teams.ts';
import { id, text } from './payload-values.ts';

export const team = z.object({ id, slug: text(), name: text(), parent: z.object({ id }).nullish() });
type PayloadTeam = z.output<typeof team>;

// Payloads about teams have no times: the time of receipt orders them.

export function teamFact(team: PayloadTeam, at: string, removed_at: string | null = null): TeamFact {
  const { id, slug, name, parent } = team;
  return { team_id: id, observed: { at, slug, name, parent_id: parent?.id ?? null, removed_at } };
}

export interface TeamGrant {
  readonly team_id: number;
  readonly repository_id: number;
  readonly permission: string | null;
  readonly at: string;
  readonly removed: boolean;
}

export function teamRepositoryFact({ team_id, repository_id, permission, at, removed }: TeamGrant): TeamRepositoryFact {
  return { team_id, repository_id, observed: { at, permission, removed_at: removed ? at : null } };
}
