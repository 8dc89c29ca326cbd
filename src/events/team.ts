import { z } from 'zod';
import type { Facts } from '../facts/facts.ts';
import { teamRepositoryChange } from '../facts/team-repository-changes.ts';
import type { WebhookEvent } from './event.ts';
import { mergeFacts } from './merge-facts.ts';
import { parsePayload } from './parse-payload.ts';
import { grantedPermission, repositoryGrant } from './payload-permission.ts';
import { repository, repositoryFacts } from './payload-repository.ts';
import { team, teamFact, teamRepositoryFact } from './payload-team.ts';
import { contributorFacts, user } from './payload-user.ts';

const grantedRepository = z.object({ ...repository.shape, ...repositoryGrant.shape });
const payload = z.object({
  action: z.string().optional(),
  team,
  repository: grantedRepository.nullish(),
  sender: user.nullish(),
});

/** `team` and `team_add`: a team changed, or which repositories it reaches. */
export function mapTeam(event: WebhookEvent): Facts {
  const { action, team, repository, sender } = parsePayload(payload, event);
  const { receivedAt } = event;
  return mergeFacts(
    contributorFacts(event, [sender]),
    { teams: [teamFact(team, receivedAt, action === 'deleted' ? receivedAt : null)] },
    repository ? repositoryFacts(repository) : {},
    repository ? grantFacts(event, { team_id: team.id, action, repository }) : {},
  );
}

interface Grant {
  readonly team_id: number;
  readonly action: string | undefined;
  readonly repository: z.output<typeof grantedRepository>;
}

/** Without the permission nothing: `team_add` is sent beside `team.added_to_repository`, which knows it. */
function grantFacts({ receivedAt }: WebhookEvent, { team_id, action, repository }: Grant): Facts {
  const removed = action === 'removed_from_repository';
  const permission = removed ? null : grantedPermission(repository);
  if (!removed && permission === null) return {};
  // What it had before is told by no event, but that it had nothing before it was added.
  const previous = action === 'added_to_repository' ? 'none' : null;
  const changed = { team_id, repository_id: repository.id, permission: permission ?? 'none', previous };
  return {
    team_repositories: [
      teamRepositoryFact({ team_id, repository_id: repository.id, permission, at: receivedAt, removed }),
    ],
    team_repository_changes: [teamRepositoryChange(changed, receivedAt)],
  };
}
