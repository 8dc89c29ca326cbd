import { z } from 'zod';
import type { Facts } from '../facts/facts.ts';
import type { WebhookEvent } from './event.ts';
import { mergeFacts } from './merge-facts.ts';
import { parsePayload } from './parse-payload.ts';
import { installation, installationFact } from './payload-installation.ts';
import { listedRepository, listedRepositoryFacts } from './payload-repository.ts';
import { contributorFacts, isBot, isPerson, type PayloadUser, user } from './payload-user.ts';

const payload = z.object({
  action: z.string(),
  installation,
  repositories: z.array(listedRepository).nullish(),
  sender: user.nullish(),
});

/** Who installs the app is its first owner; the list of repositories may be incomplete, or missing. */
export function mapInstallation(event: WebhookEvent): Facts {
  const { action, installation, repositories, sender } = parsePayload(payload, event);
  const { receivedAt } = event;
  const facts = mergeFacts(contributorFacts(event, [sender]), {
    installations: [installationFact(installation, { action, receivedAt })],
  });
  if (action !== 'created' && action !== 'deleted') return facts;
  const listing = {
    repositories: repositories ?? [],
    namedAt: installation.updated_at ?? receivedAt,
    installed: action === 'created',
    installedAt: receivedAt,
  };
  const owner = action === 'created' ? ownerFacts(event, sender) : {};
  return mergeFacts(facts, owner, listedRepositoryFacts(listing));
}

function ownerFacts({ receivedAt }: WebhookEvent, sender: PayloadUser | null | undefined): Facts {
  if (!sender || !isPerson(sender) || isBot(sender)) return {};
  return {
    organization_members: [{ user_id: sender.id, observed: { at: receivedAt, role: 'owner', removed_at: null } }],
  };
}
