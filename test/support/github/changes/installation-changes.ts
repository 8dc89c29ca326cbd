import type { Json } from '../../example-payloads.ts';
import { installationJson, ownerJson, personJson, repositoryJson } from '../rest/json.ts';
import type { Organization } from '../truth/organization.ts';
import type { Repository } from '../truth/repository.ts';
import type { Installation } from '../truth/truth.ts';
import type { World } from './world.ts';

/** What happens to installations of the App. */
export class InstallationChanges {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** With every repository, unless some are named. */
  async install(organization: Organization, only?: readonly Repository[]): Promise<Installation> {
    const installation = this.#world.truth.install(organization, { at: this.#world.tick() });
    if (only) {
      installation.repositorySelection = 'selected';
      for (const { id } of only) installation.selected.add(id);
    }
    await this.#tell(installation, 'created');
    return installation;
  }

  async suspend(installation: Installation): Promise<void> {
    installation.suspendedAt = this.#touch(installation);
    await this.#tell(installation, 'suspend');
  }

  async unsuspend(installation: Installation): Promise<void> {
    installation.suspendedAt = null;
    this.#touch(installation);
    await this.#tell(installation, 'unsuspend');
  }

  async uninstall(installation: Installation): Promise<void> {
    installation.deletedAt = this.#touch(installation);
    await this.#tell(installation, 'deleted');
  }

  async acceptPermissions(installation: Installation, permissions: Installation['permissions']): Promise<void> {
    installation.permissions = permissions;
    this.#touch(installation);
    await this.#tell(installation, 'new_permissions_accepted');
  }

  async selectRepository(installation: Installation, repository: Repository): Promise<void> {
    installation.selected.add(repository.id);
    await this.#tellOfSelection(installation, { action: 'added', repository });
  }

  async deselectRepository(installation: Installation, repository: Repository): Promise<void> {
    installation.selected.delete(repository.id);
    await this.#tellOfSelection(installation, { action: 'removed', repository });
  }

  /** Both its own event and that of the installation's target tell of it. */
  async renameOrganization(installation: Installation, login: string): Promise<void> {
    const { organization } = installation;
    const changes = { login: { from: organization.login } };
    organization.login = login;
    for (const repository of organization.repositories) {
      repository.formerNames.push(repository.fullName);
      repository.owner = login;
    }
    await this.#world.tellOfOrganization(organization, {
      event: 'organization',
      payload: { action: 'renamed', changes },
    });
    const named = { id: installation.id, node_id: `MDIzOkludGVncmF0aW9uSW5zdGFsbGF0aW9u${installation.id}` };
    const target = {
      installation: named,
      account: { ...ownerJson(organization), description: null },
      target_type: 'Organization',
    };
    await this.#emit('installation_target', installation, { action: 'renamed', changes, ...target });
  }

  #touch(installation: Installation): string {
    installation.updatedAt = this.#world.tick();
    return installation.updatedAt;
  }

  async #tell(installation: Installation, action: string): Promise<void> {
    const repositories = this.#world.truth.visibleTo(installation).map(listed);
    await this.#emit('installation', installation, { action, repositories });
  }

  async #tellOfSelection(
    installation: Installation,
    { action, repository }: { action: 'added' | 'removed'; repository: Repository },
  ): Promise<void> {
    this.#touch(installation);
    await this.#emit('installation_repositories', installation, {
      action,
      repository_selection: installation.repositorySelection,
      repositories_added: action === 'added' ? [listed(repository)] : [],
      repositories_removed: action === 'removed' ? [listed(repository)] : [],
    });
  }

  /** These come whatever the installation's state is. */
  async #emit(event: string, installation: Installation, payload: Json): Promise<void> {
    const sender = personJson(this.#world.sender(installation.organization));
    await this.#world.hook.emit({
      event,
      installationId: installation.id,
      repositoryId: null,
      payload: { installation: installationJson(installation), requester: null, sender, ...payload },
    });
  }
}

function listed(repository: Repository): Json {
  const { id, node_id, name, full_name, private: isPrivate } = repositoryJson(repository);
  return { id, node_id, name, full_name, private: isPrivate };
}
