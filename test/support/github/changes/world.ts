import type { Json } from '../../example-payloads.ts';
import { organizationPayload } from '../../payloads.ts';
import type { Hook } from '../hook/hook.ts';
import { personJson, repositoryJson } from '../rest/json.ts';
import type { Organization } from '../truth/organization.ts';
import type { Person } from '../truth/person.ts';
import type { Repository } from '../truth/repository.ts';
import type { Installation, Truth } from '../truth/truth.ts';

const HOUR = 3_600_000;
const SECOND = 1_000;

export interface Happening {
  readonly event: string;
  readonly payload: Json;
  readonly sender?: Person | undefined;
}

/** Where things happen: changes alter the truth, the clock goes on, and the hook tells of it. */
export class World {
  readonly truth: Truth;
  readonly hook: Hook;
  /** In milliseconds; begins an hour ago, so that what happens is past whenever a test reads it. */
  clock = Date.now() - HOUR;

  constructor(truth: Truth, hook: Hook) {
    this.truth = truth;
    this.hook = hook;
  }

  /** The time of the next change, a second after the one before; whole seconds. */
  tick(): string {
    this.clock += SECOND;
    return new Date(this.clock).toISOString().replace(/\.\d+Z$/, 'Z');
  }

  /** Whoever is named, or the organization's first owner. */
  sender(organization: Organization, sender?: Person): Person {
    const owner = sender ?? [...organization.members.keys()][0];
    if (!owner) throw new Error(`${organization.login} has no member`);
    return owner;
  }

  /** Tells the installation that may see the repository. */
  async tellOfRepository(repository: Repository, { event, payload, sender }: Happening): Promise<void> {
    const organization = this.truth.organizationOf(repository);
    const installation = this.#listener(organization);
    if (!installation || !this.truth.visibleTo(installation).includes(repository)) return;
    await this.hook.emit({
      event,
      installationId: installation.id,
      repositoryId: repository.id,
      payload: {
        repository: repositoryJson(repository),
        ...this.#envelope(organization, installation, sender),
        ...payload,
      },
    });
  }

  /** Of what belongs to no one repository. */
  async tellOfOrganization(organization: Organization, { event, payload, sender }: Happening): Promise<void> {
    const installation = this.#listener(organization);
    if (!installation) return;
    await this.hook.emit({
      event,
      installationId: installation.id,
      repositoryId: null,
      payload: { ...this.#envelope(organization, installation, sender), ...payload },
    });
  }

  #listener(organization: Organization): Installation | undefined {
    return this.truth.installations.find(
      (each) => each.organization === organization && each.deletedAt === null && each.suspendedAt === null,
    );
  }

  #envelope(organization: Organization, { id }: Installation, sender?: Person): Json {
    return {
      organization: organizationPayload(organization),
      sender: personJson(this.sender(organization, sender)),
      installation: { id, node_id: `MDIzOkludGVncmF0aW9uSW5zdGFsbGF0aW9u${id}` },
    };
  }
}
