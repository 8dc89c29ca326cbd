import { z } from 'zod';
import type { Facts } from '../facts/facts.ts';
import type { WebhookEvent } from './event.ts';
import { mergeFacts } from './merge-facts.ts';
import { parsePayload } from './parse-payload.ts';
import { findAccount, tenantFact } from './payload-account.ts';
import { contributorFacts, user } from './payload-user.ts';

const membership = z.object({ role: z.string().nullish(), user: user.nullish() });
const payload = z.object({ action: z.string(), membership: membership.nullish(), sender: user.nullish() });

/** Somebody joined or left the organization, or it was renamed. An invitation is no membership yet. */
export function mapOrganization(event: WebhookEvent): Facts {
  const { action, membership, sender } = parsePayload(payload, event);
  const account = findAccount(event);
  const member = membership?.user;
  const moved = action === 'member_added' || action === 'member_removed';
  return mergeFacts(
    { tenants: account ? [tenantFact(account, event)] : [] },
    contributorFacts(event, [sender, member]),
    moved && member
      ? { organization_members: [memberFact(event, { action, id: member.id, role: membership.role })] }
      : {},
  );
}

function memberFact(
  { receivedAt }: WebhookEvent,
  { action, id, role }: { action: string; id: number; role: string | null | undefined },
) {
  return {
    user_id: id,
    observed: {
      at: receivedAt,
      role: role === 'admin' ? 'owner' : 'member',
      removed_at: action === 'member_removed' ? receivedAt : null,
    },
  };
}
