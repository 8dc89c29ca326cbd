import { z } from 'zod';
import { formatCount, formatDuration, type ProgressUpdate } from './progress.ts';

const syncState = z.enum(['running', 'done', 'failed', 'cancelled']);

export const startedSync = z.object({
  id: z.int(),
  reason: z.string(),
  state: syncState,
  repositories: z.array(z.string()).nullable(),
});
export type StartedSync = z.output<typeof startedSync>;

const entity = z.object({
  entity: z.string(),
  state: z.string(),
  error: z.string().nullable(),
  action: z.string().nullable(),
});

/** What the command needs of the API's answer. */
export const orgProgress = z.object({
  state: z.enum(['off', 'idle', 'running', 'waiting', 'suspended']),
  action: z.string().nullable(),
  phase: z.enum(['repositories', 'recent', 'rest']).nullable(),
  done: z.int(),
  total: z.int().nullable(),
  rate_per_minute: z.int(),
  time_left_s: z.int().nullable(),
  waiting: z.object({ reason: z.enum(['rate_limit', 'retry']), until: z.iso.datetime() }).nullable(),
  budget: z.array(z.object({ resource: z.string(), limit: z.int(), remaining: z.int() })),
  syncs: z.array(z.object({ id: z.int(), state: syncState })),
  repositories: z.array(z.object({ repository: z.string(), entities: z.array(entity) })),
});
export type OrgProgress = z.output<typeof orgProgress>;

const labels = { repositories: 'list', recent: '90 days', rest: 'older' } as const;

export function describeProgress(progress: OrgProgress): ProgressUpdate {
  const { phase, done, total } = progress;
  return { label: phase === null ? 'done' : labels[phase], done, total, tail: tailOf(progress) };
}

function tailOf({ rate_per_minute, time_left_s, waiting, budget }: OrgProgress): string {
  if (waiting) {
    const reason = waiting.reason === 'rate_limit' ? "GitHub's rate limit" : 'another try';
    return `waiting for ${reason} until ${new Date(waiting.until).toLocaleTimeString()}`;
  }
  const left = time_left_s === null || time_left_s === 0 ? '' : `, ${formatDuration(time_left_s)} left`;
  const scarcest = budget.toSorted((a, b) => a.remaining / a.limit - b.remaining / b.limit)[0];
  const part = scarcest ? `, ${Math.floor((scarcest.remaining / scarcest.limit) * 100)} % of the budget` : '';
  return `${formatCount(rate_per_minute)}/min${left}${part}`;
}
