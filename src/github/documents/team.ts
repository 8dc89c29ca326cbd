import { z } from 'zod';
import type { GraphqlDocument } from '../github.ts';
import { team, teamFields } from './access-values.ts';
import { rateLimit } from './values.ts';

const data = z.object({ organization: z.object({ team: team.nullable() }).nullable() });

interface Variables {
  readonly login: string;
  readonly slug: string;
  readonly first: number;
  /** Where its members and its repositories go on. */
  readonly members: string | null;
  readonly repositories: string | null;
}

/** One team: 1 point for 100 of its members and 100 of its repositories. */
export const teamDocument: GraphqlDocument<Variables, z.output<typeof data>> = {
  name: 'Team',
  text: `
    query Team($login: String!, $slug: String!, $first: Int!, $members: String, $repositories: String) {
      organization(login: $login) { team(slug: $slug) { ...team } }
      ${rateLimit}
    }${teamFields}`,
  data,
};
