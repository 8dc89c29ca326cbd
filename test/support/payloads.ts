import { createHash } from 'node:crypto';
import { examplePayload, type Json, objectOf } from './example-payloads.ts';

export type { Json } from './example-payloads.ts';

export interface Account {
  readonly id: number;
  readonly login: string;
  readonly type: 'Organization' | 'User' | 'Bot';
}

export const ACME: Account = { id: 7_000, login: 'acme', type: 'Organization' };
export const ALICE: Account = { id: 501, login: 'alice', type: 'User' };
export const BOB: Account = { id: 502, login: 'bob', type: 'User' };
export const RENOVATE: Account = { id: 503, login: 'renovate[bot]', type: 'Bot' };
export const T0 = '2026-03-01T00:00:00Z';
export const ZERO_SHA = '0'.repeat(40);

/** A commit id that is always the same for the same text. */
export function sha(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}

export function userPayload({ id, login, type }: Account): Json {
  const url = `https://api.github.com/users/${login}`;
  return {
    ...objectOf(examplePayload('push', 5), 'sender'),
    id,
    login,
    type,
    url,
    html_url: `https://github.com/${login}`,
  };
}

export interface RepositoryOptions {
  readonly id?: number;
  readonly owner?: Account;
  readonly name?: string;
  readonly private?: boolean;
  readonly defaultBranch?: string;
  readonly archived?: boolean;
  readonly fork?: boolean;
  readonly language?: string | null;
  readonly createdAt?: string;
  readonly updatedAt?: string;
  readonly pushedAt?: string;
}

export function repositoryPayload(options: RepositoryOptions = {}): Json {
  const { id = 9_000, owner = ACME, name = 'rocket', defaultBranch = 'main' } = options;
  return {
    ...objectOf(examplePayload('pull_request', 13), 'repository'),
    id,
    name,
    full_name: `${owner.login}/${name}`,
    html_url: `https://github.com/${owner.login}/${name}`,
    owner: userPayload(owner),
    has_discussions: false,
    private: options.private ?? false,
    visibility: options.private === true ? 'private' : 'public',
    default_branch: defaultBranch,
    archived: options.archived ?? false,
    fork: options.fork ?? false,
    language: options.language === undefined ? 'TypeScript' : options.language,
    created_at: options.createdAt ?? T0,
    updated_at: options.updatedAt ?? options.createdAt ?? T0,
    pushed_at: options.pushedAt ?? options.createdAt ?? T0,
  };
}

/** What every event about a repository carries. */
export interface RepositoryEventOptions {
  readonly repository?: RepositoryOptions;
  readonly sender?: Account;
  readonly installationId?: number;
}

export function repositoryEvent({ repository, sender = ALICE, installationId = 77 }: RepositoryEventOptions): Json {
  return {
    repository: repositoryPayload(repository),
    ...organizationOf(repository?.owner ?? ACME),
    sender: userPayload(sender),
    installation: { id: installationId, node_id: 'MDIzOkludGVncmF0aW9uSW5zdGFsbGF0aW9uMQ==' },
  };
}

export function organizationPayload({ id, login }: Pick<Account, 'id' | 'login'>): Json {
  return { ...objectOf(examplePayload('membership', 4), 'organization'), id, login };
}

function organizationOf(owner: Account): Json {
  return owner.type === 'Organization' ? { organization: organizationPayload(owner) } : {};
}

interface GitPerson {
  readonly name: string;
  readonly email: string | null;
  readonly username?: string;
}

export interface CommitOptions {
  readonly id: string;
  readonly message?: string;
  readonly timestamp?: string;
  readonly author?: GitPerson;
  readonly committer?: GitPerson;
}

export function commitPayload(options: CommitOptions): Json & { readonly id: string } {
  const author = options.author ?? { name: 'Alice', email: 'alice@acme.example', username: 'alice' };
  return {
    id: options.id,
    tree_id: sha(`tree of ${options.id}`),
    distinct: true,
    message: options.message ?? 'Fix the engine',
    timestamp: options.timestamp ?? T0,
    url: `https://github.com/acme/rocket/commit/${options.id}`,
    author,
    committer: options.committer ?? author,
    added: [],
    removed: [],
    modified: ['engine.ts'],
  };
}

export interface PushOptions extends RepositoryEventOptions {
  readonly ref?: string;
  readonly before?: string;
  readonly after?: string;
  readonly commits?: readonly (Json & { readonly id: string })[];
  readonly headCommit?: Json | null;
  readonly forced?: boolean;
  /** Also when the branch was created or deleted; whole seconds. */
  readonly pushedAt?: string;
}

/** A deletion has `after: ZERO_SHA`, a new branch `before: ZERO_SHA`. */
export function pushPayload(options: PushOptions = {}): Json {
  const commits = options.commits ?? [commitPayload({ id: sha('head') })];
  const { ref = 'refs/heads/main', before = sha('base'), pushedAt = T0 } = options;
  const after = options.after ?? commits.at(-1)?.id ?? sha('head');
  const event = repositoryEvent({ ...options, repository: { ...options.repository, pushedAt } });
  const { owner, created_at, ...repository } = objectOf(event, 'repository');
  const { login } = options.repository?.owner ?? ACME;
  const sender = options.sender ?? ALICE;
  return {
    ref,
    before,
    after,
    base_ref: null,
    created: before === ZERO_SHA,
    deleted: after === ZERO_SHA,
    forced: options.forced ?? false,
    compare: `https://github.com/acme/rocket/compare/${before.slice(0, 12)}...${after.slice(0, 12)}`,
    commits,
    head_commit: options.headCommit === undefined ? (commits.at(-1) ?? null) : options.headCommit,
    ...event,
    repository: {
      ...repository,
      owner: { ...objectOf({ owner }, 'owner'), name: login, email: null },
      created_at: unixSeconds(String(created_at)),
      pushed_at: unixSeconds(pushedAt),
      stargazers: 0,
      master_branch: repository['default_branch'],
    },
    pusher: { name: sender.login, email: `${sender.login}@acme.example` },
  };
}

function unixSeconds(time: string): number {
  return Math.floor(Date.parse(time) / 1_000);
}

export interface InstallationOptions {
  readonly action?: 'created' | 'deleted' | 'suspend' | 'unsuspend' | 'new_permissions_accepted';
  readonly id?: number;
  readonly account?: Account;
  readonly sender?: Account;
  readonly repositories?: readonly RepositoryOptions[];
  readonly repositorySelection?: 'all' | 'selected';
  readonly permissions?: Readonly<Record<string, string>>;
  readonly createdAt?: string;
  readonly updatedAt?: string;
  readonly suspendedAt?: string | null;
}

export function installationPayload(options: InstallationOptions = {}): Json {
  const { action = 'created', repositories = [{}], sender = ALICE } = options;
  return {
    action,
    installation: installation(options),
    repositories: repositories.map((repository) => listedRepository(options, repository)),
    requester: null,
    sender: userPayload(sender),
  };
}

export interface InstallationRepositoriesOptions extends Omit<InstallationOptions, 'action' | 'repositories'> {
  readonly added?: readonly RepositoryOptions[];
  readonly removed?: readonly RepositoryOptions[];
}

export function installationRepositoriesPayload(options: InstallationRepositoriesOptions = {}): Json {
  const { added = [], removed = [], sender = ALICE } = options;
  return {
    action: removed.length > 0 ? 'removed' : 'added',
    installation: installation(options),
    repository_selection: options.repositorySelection ?? 'all',
    repositories_added: added.map((repository) => listedRepository(options, repository)),
    repositories_removed: removed.map((repository) => listedRepository(options, repository)),
    requester: null,
    sender: userPayload(sender),
  };
}

function installation(options: InstallationOptions): Json {
  const { id = 77, account = ACME, createdAt = T0, updatedAt = createdAt, suspendedAt = null } = options;
  return {
    ...objectOf(examplePayload('installation', 2), 'installation'),
    id,
    account: userPayload(account),
    repository_selection: options.repositorySelection ?? 'all',
    app_slug: 'shiplog',
    target_id: account.id,
    target_type: account.type,
    permissions: options.permissions ?? { contents: 'read', metadata: 'read' },
    events: ['push', 'pull_request'],
    created_at: createdAt,
    updated_at: updatedAt,
    suspended_at: suspendedAt,
    suspended_by: suspendedAt === null ? null : userPayload(ALICE),
  };
}

function listedRepository({ account = ACME }: InstallationOptions, options: RepositoryOptions): Json {
  const { id, node_id, name, full_name, private: isPrivate } = repositoryPayload({ owner: account, ...options });
  return { id, node_id, name, full_name, private: isPrivate };
}
