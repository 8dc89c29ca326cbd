import { NotFoundError } from '../../errors.ts';
import type { Account, PageInfo, TeamNode } from '../../github/documents/access-values.ts';
import { organizationTeamsDocument } from '../../github/documents/organization-teams.ts';
import { teamDocument } from '../../github/documents/team.ts';
import type { InstallationClient } from '../../github/github.ts';
import { pagesOf } from './pages.ts';

/** A team as GitHub lists it. */
export interface ListedTeam {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  readonly parentId: number | null;
  readonly members: readonly (Account & { readonly role: 'maintainer' | 'member' })[];
  /** Those of its parents included. */
  readonly repositories: readonly { readonly id: number; readonly permission: string }[];
}

const TEAMS = 50;
const PAGE = 100;
const fromTheStart = { first: PAGE, members: null, repositories: null } as const;

export async function readTeams(github: InstallationClient, login: string): Promise<ListedTeam[]> {
  const teams: ListedTeam[] = [];
  const pages = pagesOf(async (after) => {
    const page = { login, teams: TEAMS, after, ...fromTheStart };
    const { organization } = await github.graphql(organizationTeamsDocument, page);
    if (!organization) throw new NotFoundError(`There is no organization ${login}.`);
    return organization.teams;
  });
  for await (const { nodes } of pages) {
    for (const node of nodes ?? []) if (node) teams.push(await readRest(github, { login, node }));
  }
  return teams;
}

/** @returns null when there is no such team */
export async function readTeam(
  github: InstallationClient,
  { login, slug }: { login: string; slug: string },
): Promise<ListedTeam | null> {
  const { organization } = await github.graphql(teamDocument, { login, slug, ...fromTheStart });
  const node = organization?.team;
  return node ? readRest(github, { login, node }) : null;
}

/** The pages of a large team's members and repositories after the first. */
async function readRest(
  github: InstallationClient,
  { login, node }: { login: string; node: TeamNode },
): Promise<ListedTeam> {
  const pages = [node];
  for (let last: TeamNode = node; last.members.pageInfo.hasNextPage || last.repositories.pageInfo.hasNextPage; ) {
    const [members, repositories] = [endOf(last.members), endOf(last.repositories)];
    const page = { login, slug: node.slug, first: PAGE, members, repositories };
    const { organization } = await github.graphql(teamDocument, page);
    if (!organization?.team) throw new NotFoundError(`The team ${node.slug} is gone.`);
    last = organization.team;
    pages.push(last);
  }
  return {
    id: node.databaseId,
    slug: node.slug,
    name: node.name,
    parentId: node.parentTeam?.databaseId ?? null,
    members: pages.flatMap(({ members }) => (members.edges ?? []).flatMap((edge) => memberOf(edge))),
    repositories: pages.flatMap(({ repositories }) =>
      (repositories.edges ?? []).flatMap((edge) =>
        edge ? [{ id: edge.node.databaseId, permission: edge.permission }] : [],
      ),
    ),
  };
}

type MemberEdge = NonNullable<TeamNode['members']['edges']>[number];

function memberOf(edge: MemberEdge): ListedTeam['members'][number][] {
  return edge ? [{ ...edge.node, role: edge.role === 'MAINTAINER' ? 'maintainer' : 'member' }] : [];
}

/** After the end the next page is empty. */
function endOf({ pageInfo }: { pageInfo: PageInfo }): string | null {
  return pageInfo.endCursor ?? null;
}
