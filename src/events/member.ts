import { z } from 'zod';
import type { Facts } from '../facts/facts.ts';
import type { RepositoryCollaboratorFact } from '../facts/repository-collaborators.ts';
import type { WebhookEvent } from './event.ts';
import { mergeFacts } from './merge-facts.ts';
import { parsePayload } from './parse-payload.ts';
import { permissionName } from './payload-permission.ts';
import { user } from './payload-user.ts';
import { text } from './payload-values.ts';
import { mentionFacts, repositoryEvent } from './repository-event.ts';

const change = z.object({ to: text().nullish() }).nullish();
const payload = z.object({
  ...repositoryEvent.shape,
  action: z.string(),
  member: user.nullish(),
  changes: z.object({ permission: change, role_name: change }).nullish(),
});

/** A collaborator of a repository was added, changed or removed. */
export function mapMember(event: WebhookEvent): Facts {
  const parsed = parsePayload(payload, event);
  const { action, repository, member, changes } = parsed;
  const mentions = mentionFacts(event, parsed, [member]);
  if (!member) return mentions;
  const permission = changes?.role_name?.to ?? changes?.permission?.to;
  const fact: RepositoryCollaboratorFact = {
    repository_id: repository.id,
    user_id: member.id,
    observed: {
      at: event.receivedAt,
      permission: permission ? permissionName(permission) : null,
      removed_at: action === 'removed' ? event.receivedAt : null,
    },
  };
  return mergeFacts(mentions, { repository_collaborators: [fact] });
}
