import { z } from 'zod';
import type { GraphqlDocument } from '../github.ts';
import { pageInfo, team, teamFields } from './access-values.ts';
import { rateLimit } from './values.ts';

const data = z.object({
  organization: z.object({ teams: z.object({ nodes: z.array(team.nullable()).nullable(), pageInfo }) }).nullable(),
});

interface Variables {
  readonly login: string;
  readonly teams: number;
  readonly after: string | null;
  /** Of each team's members and repositories. */
  readonly first: number;
  readonly members: null;
  readonly repositories: null;
}

/** Teams, each with the first page of its members and repositories: 1 point for 50 teams. */
export const organizationTeamsDocument: GraphqlDocument<Variables, z.output<typeof data>> = {
  name: 'OrganizationTeams',
  text: `
    query OrganizationTeams(
      $login: String!, $teams: Int!, $after: String, $first: Int!, $members: String, $repositories: String
    ) {
      organization(login: $login) {
        teams(first: $teams, after: $after) {
          nodes { ...team }
          pageInfo { hasNextPage endCursor }
        }
      }
      ${rateLimit}
    }${teamFields}`,
  data,
};
