import { z } from 'zod';
import type { Facts } from '../facts/facts.ts';
import { teamMemberChange } from '../facts/team-member-changes.ts';
import type { WebhookEvent } from './event.ts';
import { mergeFacts } from './merge-facts.ts';
import { parsePayload } from './parse-payload.ts';
import { team, teamFact } from './payload-team.ts';
import { contributorFacts, user } from './payload-user.ts';
import { id } from './payload-values.ts';

// Of a team that was deleted there is no more than its id and name.
const payload = z.object({
  action: z.string(),
  team: z.union([team, z.object({ id })]).nullish(),
  member: user.nullish(),
  sender: user.nullish(),
});

/** Somebody joined or left a team; as what, the payload does not say. */
export function mapMembership(event: WebhookEvent): Facts {
  const { action, team, member, sender } = parsePayload(payload, event);
  const { receivedAt } = event;
  const observed = { at: receivedAt, role: null, removed_at: action === 'removed' ? receivedAt : null };
  return mergeFacts(
    contributorFacts(event, [sender, member]),
    { teams: team && 'slug' in team ? [teamFact(team, receivedAt)] : [] },
    { team_members: team && member ? [{ team_id: team.id, user_id: member.id, observed }] : [] },
    team && member ? changeFacts(event, { team_id: team.id, user_id: member.id, action }) : {},
  );
}

interface Moved {
  readonly team_id: number;
  readonly user_id: number;
  readonly action: string;
}

function changeFacts({ receivedAt }: WebhookEvent, { action, ...moved }: Moved): Facts {
  if (action !== 'added' && action !== 'removed') return {};
  return { team_member_changes: [teamMemberChange({ ...moved, joined: action === 'added' }, receivedAt)] };
}
