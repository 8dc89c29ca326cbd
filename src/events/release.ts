import { z } from 'zod';
import type { Facts } from '../facts/facts.ts';
import type { ReleaseFact } from '../facts/releases.ts';
import type { WebhookEvent } from './event.ts';
import { mergeFacts } from './merge-facts.ts';
import { parsePayload } from './parse-payload.ts';
import { author } from './payload-user.ts';
import { id, name, text, timestamp } from './payload-values.ts';
import { mentionFacts, repositoryEvent } from './repository-event.ts';

export const release = z.object({
  id,
  tag_name: name,
  name: text().nullish(),
  draft: z.boolean(),
  prerelease: z.boolean(),
  author,
  target_commitish: text(),
  created_at: timestamp,
  published_at: timestamp.nullish(),
  updated_at: timestamp.nullish(),
});
type PayloadRelease = z.output<typeof release>;
const payload = z.object({ ...repositoryEvent.shape, action: z.string(), release });

/** Releases without `updated_at` tell no time of an edit: what usually comes later is taken as later. */
const rank: Readonly<Record<string, number>> = { edited: 1, prereleased: 2, released: 3, published: 3, unpublished: 4 };

export function releaseFact(repository_id: number, release: PayloadRelease, action?: string): ReleaseFact {
  return {
    repository_id,
    release_id: release.id,
    observed: {
      at: release.updated_at ?? release.published_at ?? release.created_at,
      rank: (action !== undefined && rank[action]) || 0,
      tag_name: release.tag_name,
      name: release.name ?? null,
      draft: release.draft,
      prerelease: release.prerelease,
      author_id: release.author?.id ?? null,
      target_commitish: release.target_commitish,
      created_at: release.created_at,
      published_at: release.published_at ?? null,
    },
  };
}

export function mapRelease(event: WebhookEvent): Facts {
  const parsed = parsePayload(payload, event);
  const { action, repository, release } = parsed;
  const fact = releaseFact(repository.id, release, action);
  const deleted = action === 'deleted' && { deleted_at: event.receivedAt };
  return mergeFacts(mentionFacts(event, parsed, [release.author]), { releases: [{ ...fact, ...deleted }] });
}
