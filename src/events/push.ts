import { z } from 'zod';
import type { Facts } from '../facts/facts.ts';
import { commitEmailFacts } from './commit-emails.ts';
import type { WebhookEvent } from './event.ts';
import { mergeFacts } from './merge-facts.ts';
import { parsePayload } from './parse-payload.ts';
import { commit, commitFact, type PayloadCommit } from './payload-commit.ts';
import { movedRefFacts } from './payload-ref.ts';
import { name, sha } from './payload-values.ts';
import { mentionFacts, repositoryEvent } from './repository-event.ts';

const payload = z.object({
  ...repositoryEvent.shape,
  ref: name,
  after: sha,
  deleted: z.boolean(),
  commits: z.array(commit),
  head_commit: commit.nullish(),
});

/** A branch or a tag moved, with the commits that came with it. */
export function mapPush(event: WebhookEvent): Facts {
  const push = parsePayload(payload, event);
  const { repository, sender } = push;
  const commits = distinctCommits(push.commits, push.head_commit);
  const at = repository.pushed_at ?? event.receivedAt;
  return mergeFacts(
    mentionFacts(event, push),
    movedRefFacts({ repository_id: repository.id, ref: push.ref, sha: push.deleted ? null : push.after, at }),
    { commits: commits.map((one) => commitFact(repository.id, one)) },
    // A branch or a tag that is made of a known commit brings none, and tells nothing of how that came.
    push.commits.length === 0
      ? {}
      : { pushes: [{ repository_id: repository.id, head_sha: push.after, observed: { at, shas: listShas(push) } }] },
    commitEmailFacts(event, commits, [sender]),
  );
}

function distinctCommits(commits: readonly PayloadCommit[], head: PayloadCommit | null | undefined): PayloadCommit[] {
  const distinct = new Map(commits.map((one) => [one.id, one]));
  if (head && !distinct.has(head.id)) distinct.set(head.id, head);
  return [...distinct.values()];
}

function listShas({ commits }: { readonly commits: readonly PayloadCommit[] }): string[] {
  return [...new Set(commits.map(({ id }) => id))];
}
