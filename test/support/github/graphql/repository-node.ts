import { nodeId } from '../node-id.ts';
import type { Repository } from '../truth/repository.ts';
import type { Issue, PullRequest } from '../truth/work.ts';
import { collaboratorConnection } from './access-node.ts';
import { commitNode } from './commit-node.ts';
import { connection, orderedBy, type PageArguments } from './connection.ts';
import { type Node, type QueryContext, requirePermission } from './context.ts';
import { deploymentNode } from './deployment-node.ts';
import { issueNode } from './issue-node.ts';
import { organizationNode } from './organization-node.ts';
import { pullRequestNode } from './pull-request-node.ts';
import { releaseNode } from './release-node.ts';

export function repositoryNode(context: QueryContext, repository: Repository): Node {
  const path = `/${repository.fullName}`;
  return {
    __typename: 'Repository',
    id: nodeId('R', repository.id),
    databaseId: repository.id,
    name: repository.name,
    nameWithOwner: repository.fullName,
    description: repository.description,
    isPrivate: repository.private,
    isArchived: repository.archived,
    isFork: repository.fork,
    isEmpty: repository.commits.size === 0,
    isDisabled: false,
    isLocked: false,
    isMirror: false,
    isTemplate: false,
    isInOrganization: true,
    visibility: repository.private ? 'PRIVATE' : 'PUBLIC',
    createdAt: repository.createdAt,
    updatedAt: repository.updatedAt,
    pushedAt: repository.pushedAt,
    archivedAt: repository.archived ? repository.updatedAt : null,
    resourcePath: path,
    url: `https://github.com${path}`,
    primaryLanguage: repository.language === null ? null : { __typename: 'Language', name: repository.language },
    owner: () => organizationNode(context, context.truth.organizationOf(repository)),
    defaultBranchRef: () => refNode(context, repository, repository.defaultBranch),
    ...gitFields(context, repository),
    ...workLists(context, repository),
    collaborators: (args: PageArguments) => collaboratorConnection(context, repository, args),
  };
}

export function refNode(context: QueryContext, repository: Repository, name: string): Node | null {
  const sha = repository.branches.get(name);
  return sha === undefined ? null : gitRefNode(context, repository, { name, sha, prefix: 'refs/heads/' });
}

interface GitRef {
  readonly name: string;
  readonly sha: string;
  readonly prefix: 'refs/heads/' | 'refs/tags/';
}

export function gitRefNode(context: QueryContext, repository: Repository, { name, sha, prefix }: GitRef): Node {
  return {
    __typename: 'Ref',
    id: nodeId('REF', repository.id, `${prefix}${name}`),
    name,
    prefix,
    repository: () => repositoryNode(context, repository),
    target: () => commitNode(context, repository, repository.commit(sha)),
  };
}

function gitFields(context: QueryContext, repository: Repository): Node {
  return {
    object: ({ oid, expression }: { oid?: string | null; expression?: string | null }) => {
      requirePermission(context, 'contents');
      const [ref = '', path] = (expression ?? '').split(':');
      if (path !== undefined) return blobNode(repository, { ref, path });
      const commit = oid ? repository.commits.get(oid) : repository.resolve(expression ?? '');
      return commit ? commitNode(context, repository, commit) : null;
    },
    ref: ({ qualifiedName }: { qualifiedName: string }) => {
      const found = listRefs(repository).find(({ prefix, name }) => `${prefix}${name}`.endsWith(qualifiedName));
      return found ? gitRefNode(context, repository, found) : null;
    },
    refs: (args: PageArguments & { refPrefix: string; query?: string | null }) => {
      requirePermission(context, 'contents');
      const refs = listRefs(repository).filter(
        ({ prefix, name }) => args.refPrefix.startsWith(prefix) && (!args.query || name.includes(args.query)),
      );
      return connection(refs, {
        args,
        node: (ref) => gitRefNode(context, repository, ref),
        ...orderedBy(
          { ALPHABETICAL: ({ name }) => name, TAG_COMMIT_DATE: ({ sha }) => repository.commit(sha).committer.at },
          args,
          ({ name }) => name,
        ),
      });
    },
  };
}

/** A file of the default branch. */
function blobNode(repository: Repository, { ref, path }: { ref: string; path: string }): Node | null {
  const isDefault = ref.replace(/^refs\/heads\//, '') === repository.defaultBranch;
  const text = isDefault ? repository.files.get(path) : undefined;
  return text === undefined ? null : { __typename: 'Blob', text, isTruncated: false, byteSize: text.length };
}

function listRefs(repository: Repository): GitRef[] {
  const branches = [...repository.branches].map(([name, sha]) => ({ name, sha, prefix: 'refs/heads/' as const }));
  return [...branches, ...repository.tags.map((tag) => ({ ...tag, prefix: 'refs/tags/' as const }))];
}

interface PullArguments extends PageArguments {
  readonly states?: readonly string[] | null;
  readonly headRefName?: string | null;
  readonly baseRefName?: string | null;
  readonly labels?: readonly string[] | null;
}

const workOrder = {
  CREATED_AT: ({ createdAt }: PullRequest | Issue) => createdAt,
  UPDATED_AT: ({ updatedAt }: PullRequest | Issue) => updatedAt,
  COMMENTS: ({ comments }: PullRequest | Issue) => comments.length,
};

function workLists(context: QueryContext, repository: Repository): Node {
  return {
    pullRequest: ({ number }: { number: number }) => {
      requirePermission(context, 'pull_requests');
      const pull = repository.pull(number);
      return pull ? pullRequestNode(context, repository, pull) : null;
    },
    pullRequests: (args: PullArguments) => {
      requirePermission(context, 'pull_requests');
      return connection(
        repository.pulls.filter((pull) => isWanted(pull, args)),
        {
          args,
          node: (pull) => pullRequestNode(context, repository, pull),
          ...orderedBy(workOrder, args, ({ id }) => id),
        },
      );
    },
    issue: ({ number }: { number: number }) => {
      requirePermission(context, 'issues');
      const issue = repository.issues.find((each) => each.number === number);
      return issue ? issueNode(context, repository, issue) : null;
    },
    issues: (args: IssueArguments) => {
      requirePermission(context, 'issues');
      return connection(
        repository.issues.filter((issue) => isWantedIssue(issue, args)),
        { args, node: (issue) => issueNode(context, repository, issue), ...orderedBy(workOrder, args, ({ id }) => id) },
      );
    },
    releases: (args: PageArguments) => {
      requirePermission(context, 'contents');
      return connection(repository.releases, {
        args,
        node: (release) => releaseNode(context, repository, release),
        ...orderedBy(
          { CREATED_AT: ({ createdAt }) => createdAt, NAME: ({ tagName }) => tagName },
          args,
          ({ id }) => id,
        ),
      });
    },
    deployments: (args: PageArguments & { environments?: readonly string[] | null }) => {
      requirePermission(context, 'deployments');
      const { environments } = args;
      return connection(
        repository.deployments.filter(({ environment }) => environments?.includes(environment) ?? true),
        {
          args,
          node: (deployment) => deploymentNode(context, repository, deployment),
          ...orderedBy({ CREATED_AT: ({ createdAt }) => createdAt }, args, ({ id }) => id),
        },
      );
    },
  };
}

function isWanted(pull: PullRequest, { states, headRefName, baseRefName, labels }: PullArguments): boolean {
  const state = pull.mergedAt === null ? (pull.closedAt === null ? 'OPEN' : 'CLOSED') : 'MERGED';
  return (
    (states?.includes(state) ?? true) &&
    (headRefName ?? pull.headRef) === pull.headRef &&
    (baseRefName ?? pull.baseRef) === pull.baseRef &&
    (labels?.some((label) => pull.labels.includes(label)) ?? true)
  );
}

interface IssueArguments extends PageArguments {
  readonly states?: readonly string[] | null;
  readonly labels?: readonly string[] | null;
  readonly filterBy?: { readonly since?: string | null } | null;
}

function isWantedIssue(issue: Issue, { states, labels, filterBy }: IssueArguments): boolean {
  return (
    (states?.includes(issue.closedAt === null ? 'OPEN' : 'CLOSED') ?? true) &&
    (labels?.some((label) => issue.labels.includes(label)) ?? true) &&
    !(filterBy?.since && Date.parse(issue.updatedAt) < Date.parse(filterBy.since))
  );
}
