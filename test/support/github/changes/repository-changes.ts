import type { Json } from '../../example-payloads.ts';
import { ownerJson } from '../rest/json.ts';
import type { Organization } from '../truth/organization.ts';
import type { Repository } from '../truth/repository.ts';
import type { World } from './world.ts';

/** What happens to repositories themselves. */
export class RepositoryChanges {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  async createRepository(organization: Organization, name: string): Promise<Repository> {
    const repository = this.#world.truth.addRepository(organization, { name, createdAt: this.#world.tick() });
    await this.#tell(repository, 'created');
    return repository;
  }

  /** The old name leads to the new one, as at GitHub. */
  async renameRepository(repository: Repository, name: string): Promise<void> {
    const changes = { repository: { name: { from: repository.name } } };
    repository.formerNames.push(repository.fullName);
    repository.name = name;
    await this.#tell(repository, 'renamed', changes);
  }

  async archive(repository: Repository, archived = true): Promise<void> {
    repository.archived = archived;
    await this.#tell(repository, archived ? 'archived' : 'unarchived');
  }

  async setPrivate(repository: Repository, isPrivate: boolean): Promise<void> {
    repository.private = isPrivate;
    await this.#tell(repository, isPrivate ? 'privatized' : 'publicized');
    if (!isPrivate) await this.#world.tellOfRepository(repository, { event: 'public', payload: {} });
  }

  /** An app is not told. */
  deleteRepository(repository: Repository): void {
    const { repositories, teams } = this.#world.truth.organizationOf(repository);
    repositories.splice(repositories.indexOf(repository), 1);
    for (const team of teams) team.repositories.delete(repository);
  }

  /** Only the new owner's installation is told, if there is one. */
  async transfer(repository: Repository, to: Organization): Promise<void> {
    const from = this.#world.truth.organizationOf(repository);
    this.deleteRepository(repository);
    repository.formerNames.push(repository.fullName);
    Object.assign(repository, { owner: to.login, ownerId: to.id });
    to.repositories.push(repository);
    await this.#tell(repository, 'transferred', { owner: { from: { organization: organizationJson(from) } } });
  }

  async #tell(repository: Repository, action: string, changes?: Json): Promise<void> {
    repository.updatedAt = this.#world.tick();
    const payload = changes ? { action, changes } : { action };
    await this.#world.tellOfRepository(repository, { event: 'repository', payload });
  }
}

function organizationJson(organization: Organization): Json {
  const { id, login, node_id, avatar_url, html_url } = ownerJson(organization);
  const url = `https://api.github.com/orgs/${organization.login}`;
  return {
    id,
    login,
    node_id,
    avatar_url,
    html_url,
    url,
    description: null,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
  };
}
