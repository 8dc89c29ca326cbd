import { type AccessSubject, sendAccessJobs } from '../sync/organization/access-job.ts';
import type { ReactionDeps, Subscriber } from './reaction-deps.ts';

interface Account {
  readonly id: number;
}

/**
 * What events about access name is read again: their payloads tell neither all of it nor when. All of an organization
 * is read when its repositories have been listed.
 */
export function onAccess(app: Subscriber, { queue }: Pick<ReactionDeps, 'queue'>): void {
  const readAgain = ({ id }: Account, subjects: readonly AccessSubject[]): Promise<void> =>
    sendAccessJobs(
      queue,
      subjects.map((subject) => ({ tenantId: id, priority: 'live', subject })),
    );
  onTeam(app, readAgain);
  onPerson(app, readAgain);
  onRepository(app, readAgain);
}

type ReadAgain = (account: Account, subjects: readonly AccessSubject[]) => Promise<void>;

function onTeam(app: Subscriber, readAgain: ReadAgain): void {
  app.on(['team', 'team_add'], async ({ payload }) => {
    const { organization, team, repository } = payload;
    if (!organization) return;
    const inRepository = repository ? [{ kind: 'repository' as const, id: repository.id }] : [];
    await readAgain(organization, [{ kind: 'team', id: team.id }, ...inRepository]);
  });
  app.on('membership', async ({ payload: { organization, team } }) => {
    await readAgain(organization, [{ kind: 'team', id: team.id }]);
  });
}

function onPerson(app: Subscriber, readAgain: ReadAgain): void {
  app.on('member', async ({ payload: { repository } }) => {
    await readAgain(repository.owner, [{ kind: 'repository', id: repository.id }]);
  });
  app.on(['organization.member_added', 'organization.member_removed'], async ({ payload }) => {
    const { organization, membership } = payload;
    if (membership?.user) await readAgain(organization, [{ kind: 'member', id: membership.user.id }]);
  });
}

function onRepository(app: Subscriber, readAgain: ReadAgain): void {
  const changes = [
    'repository.created',
    'repository.publicized',
    'repository.privatized',
    'repository.transferred',
  ] as const;
  app.on([...changes], async ({ payload: { repository } }) => {
    await readAgain(repository.owner, [{ kind: 'repository', id: repository.id }]);
  });
  app.on('installation_repositories.added', async ({ payload: { installation, repositories_added: added } }) => {
    if (!installation.account) return;
    await readAgain(
      installation.account,
      added.map(({ id }) => ({ kind: 'repository', id })),
    );
  });
}
