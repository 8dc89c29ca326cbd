import { z } from 'zod';
import type { Facts } from '../facts/facts.ts';
import type { WebhookEvent } from './event.ts';
import { mergeFacts } from './merge-facts.ts';
import { parsePayload } from './parse-payload.ts';
import { installation, installationFact } from './payload-installation.ts';
import { listedRepository, listedRepositoryFacts } from './payload-repository.ts';
import { contributorFacts, user } from './payload-user.ts';

const payload = z.object({
  action: z.string(),
  installation,
  repositories_added: z.array(listedRepository),
  // Of a repository that was deleted, GitHub may tell the id alone.
  repositories_removed: z.array(listedRepository.partial({ full_name: true, private: true })),
  sender: user.nullish(),
});

/** Repositories were given to the app, or taken from it. */
export function mapInstallationRepositories(event: WebhookEvent): Facts {
  const { action, installation, sender, ...listed } = parsePayload(payload, event);
  const { receivedAt } = event;
  return mergeFacts(
    contributorFacts(event, [sender]),
    { installations: [installationFact(installation, { action, receivedAt })] },
    listedRepositoryFacts({
      repositories: listed.repositories_added,
      namedAt: installation.updated_at ?? receivedAt,
      installed: true,
      installedAt: receivedAt,
    }),
    {
      repositories: listed.repositories_removed.map(({ id }) => ({
        repository_id: id,
        installed: { at: receivedAt, installed: false },
      })),
    },
  );
}
