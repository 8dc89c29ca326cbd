import type { Organization } from './truth/organization.ts';
import type { Person } from './truth/person.ts';
import type { Repository } from './truth/repository.ts';

type Row = readonly (string | number | boolean | null)[];
export type TrueRows = Readonly<Record<string, readonly Row[]>>;

/** What of an organization must be stored once it has been synced, by table: the columns of `stored-rows.ts`. */
export function trueRows(organization: Organization): TrueRows {
  const each = (rows: (repository: Repository) => Row[]) => organization.repositories.flatMap(rows);
  return {
    ...peopleRows(organization),
    repositories: each((r) => [[r.id, r.fullName, r.private, r.archived, r.defaultBranch]]),
    branches: each((r) => [...r.branches].map(([name, sha]) => [r.id, name, sha])),
    commits: each(commitRows),
    history: each(historyRows),
    ...pullRows(each),
    issues: each((r) =>
      r.issues.map((i) => [
        r.id,
        i.number,
        i.title,
        person(i.author),
        i.labels.join(),
        time(i.createdAt),
        time(i.closedAt),
      ]),
    ),
    releases: each((r) => r.releases.map((x) => [r.id, x.id, x.tagName, x.prerelease, time(x.publishedAt)])),
    deployments: each((r) => r.deployments.map((d) => [r.id, d.id, d.sha, d.environment, d.production])),
    deployment_statuses: each((r) =>
      r.deployments.flatMap((d) => d.statuses.map((s) => [r.id, d.id, s.id, s.state, time(s.createdAt)])),
    ),
  };
}

function peopleRows(organization: Organization): TrueRows {
  const { members, teams } = organization;
  return {
    organization_members: [...members].map(([{ id }, role]) => [id, role === 'admin' ? 'owner' : 'member']),
    teams: teams.map((team) => [team.id, team.slug, team.name, team.parent?.id ?? null]),
    team_members: teams.flatMap((team) => [...team.members].map(([{ id }, role]) => [team.id, id, role])),
    access: organization.repositories.flatMap((repository) =>
      organization
        .collaborators(repository)
        .map((who) => [repository.id, who.id, organization.effectiveRole(who, repository) ?? null]),
    ),
  };
}

function pullRows(each: (rows: (repository: Repository) => Row[]) => Row[]): TrueRows {
  return {
    pull_requests: each((r) =>
      r.pulls.map((p) => {
        const told = [r.id, p.number, p.title, person(p.author), p.headSha, p.mergeCommitSha, p.labels.join()];
        return [...told, p.additions, p.changedFiles, time(p.createdAt), time(p.mergedAt), time(p.closedAt)];
      }),
    ),
    pull_request_commits: each((r) => r.pulls.flatMap((p) => p.commits.map((sha) => [r.id, p.number, sha]))),
    reviews: each((r) =>
      r.pulls.flatMap((p) =>
        p.reviews.map((x) => [r.id, p.number, x.id, person(x.author), x.state.toLowerCase(), time(x.submittedAt)]),
      ),
    ),
    comments: each((r) => [
      ...[...r.pulls, ...r.issues].flatMap((c) =>
        c.comments.map((x) => [r.id, 'issue', c.number, x.id, person(x.author)]),
      ),
      ...r.pulls.flatMap((p) => p.reviewComments.map((x) => [r.id, 'review', p.number, x.id, person(x.author)])),
    ]),
  };
}

/** Of the default branch, and of every pull request. */
function commitRows(repository: Repository): Row[] {
  const tip = repository.branches.get(repository.defaultBranch);
  const shas = new Set([
    ...(tip === undefined ? [] : repository.history(tip).map(({ sha }) => sha)),
    ...repository.pulls.flatMap(({ commits }) => commits),
  ]);
  return [...shas].map((sha) => {
    const { author, committer, message } = repository.commit(sha);
    const [headline = ''] = message.split('\n');
    return [repository.id, sha, headline, author.email, time(author.at), time(committer.at)];
  });
}

/** The ancestry of the default branch. */
function historyRows(repository: Repository): Row[] {
  const tip = repository.branches.get(repository.defaultBranch);
  const history = tip === undefined ? [] : repository.history(tip);
  return history.map((c) => [repository.id, c.sha, c.parents.join(), c.additions, c.deletions, c.changedFiles]);
}

const person = (author: Person | null) => author?.id ?? null;
const time = (at: string | null) => (at === null ? null : new Date(at).toISOString());
