import { z } from 'zod';
import type { Facts } from '../facts/facts.ts';
import type { WorkflowRunFact } from '../facts/workflow-runs.ts';
import type { WebhookEvent } from './event.ts';
import { mergeFacts } from './merge-facts.ts';
import { parsePayload } from './parse-payload.ts';
import { progressRank } from './progress-rank.ts';
import { author } from './payload-user.ts';
import { id, number, sha, text, timestamp } from './payload-values.ts';
import { mentionFacts, repositoryEvent } from './repository-event.ts';

export const workflowRun = z.object({
  id,
  run_attempt: number,
  name: text().nullish(),
  path: text().nullish(),
  event: text(),
  head_branch: text().nullish(),
  head_sha: sha,
  status: text().nullish(),
  conclusion: text().nullish(),
  actor: author,
  triggering_actor: author,
  created_at: timestamp,
  run_started_at: timestamp.nullish(),
  updated_at: timestamp,
});
const payload = z.object({ ...repositoryEvent.shape, workflow_run: workflowRun });

export function workflowRunFact(repository_id: number, run: z.output<typeof workflowRun>): WorkflowRunFact {
  return {
    repository_id,
    workflow_run_id: run.id,
    observed: {
      at: run.updated_at,
      rank: progressRank(run.status),
      run_attempt: run.run_attempt,
      name: run.name ?? null,
      path: run.path ?? null,
      event: run.event,
      head_branch: run.head_branch ?? null,
      head_sha: run.head_sha,
      status: run.status ?? null,
      conclusion: run.conclusion ?? null,
      actor_id: run.actor?.id ?? null,
      created_at: run.created_at,
      started_at: run.run_started_at ?? null,
      updated_at: run.updated_at,
    },
  };
}

/** A run was requested, is in progress or has completed. */
export function mapWorkflowRun(event: WebhookEvent): Facts {
  const parsed = parsePayload(payload, event);
  const { repository, workflow_run: run } = parsed;
  return mergeFacts(mentionFacts(event, parsed, [run.actor, run.triggering_actor]), {
    workflow_runs: [workflowRunFact(repository.id, run)],
  });
}
