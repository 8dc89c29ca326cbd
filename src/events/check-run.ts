import { z } from 'zod';
import type { CheckRunFact } from '../facts/check-runs.ts';
import type { Facts } from '../facts/facts.ts';
import type { WebhookEvent } from './event.ts';
import { mergeFacts } from './merge-facts.ts';
import { parsePayload } from './parse-payload.ts';
import { progressRank } from './progress-rank.ts';
import { id, sha, text, timestamp } from './payload-values.ts';
import { mentionFacts, repositoryEvent } from './repository-event.ts';

const checkRun = z.object({
  id,
  name: text(),
  external_id: text().nullish(),
  head_sha: sha,
  status: text(),
  conclusion: text().nullish(),
  started_at: timestamp.nullish(),
  completed_at: timestamp.nullish(),
  app: z.object({ id }).nullish(),
});
const payload = z.object({ ...repositoryEvent.shape, check_run: checkRun });

/** Only our own check runs are kept. */
export function mapCheckRun(event: WebhookEvent): Facts {
  const parsed = parsePayload(payload, event);
  const { repository, check_run: run } = parsed;
  if (event.appId === null || run.app?.id !== event.appId) return {};
  const fact: CheckRunFact = {
    repository_id: repository.id,
    check_run_id: run.id,
    observed: {
      at: run.completed_at ?? run.started_at ?? event.receivedAt,
      rank: progressRank(run.status),
      name: run.name,
      external_id: run.external_id ?? null,
      head_sha: run.head_sha,
      status: run.status,
      conclusion: run.conclusion ?? null,
      started_at: run.started_at ?? null,
      completed_at: run.completed_at ?? null,
    },
  };
  return mergeFacts(mentionFacts(event, parsed), { check_runs: [fact] });
}
