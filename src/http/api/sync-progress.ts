import type { z } from '@hono/zod-openapi';
import type { Budget } from '../../github/budget.ts';
import { currentRate, isOpen, type Progress, progressOf, rateOf, sumProgress, timeLeft } from '../../sync/progress.ts';
import type { EntityName } from '../../sync/entity.ts';
import { REPOSITORY_LIST } from '../../sync/sync-cursor.ts';
import { iso } from './parameters.ts';
import type { CursorRow, SyncedRepository, SyncRow, TotalsRow, TurnRow } from './sync-rows.ts';
import type { entityProgressSchema, orgProgressSchema, repositoryProgressSchema, syncSchema } from './sync-schema.ts';

/** The permission of the GitHub App without which an entity can not be read, as GitHub's page of settings calls it. */
export const permissionNames: Readonly<Record<EntityName, string>> = {
  repository: 'Metadata',
  branches: 'Contents',
  commits: 'Contents',
  pull_requests: 'Pull requests',
  review_comments: 'Pull requests',
  issues: 'Issues',
  releases: 'Contents',
  deployments: 'Deployments',
  workflow_runs: 'Actions',
};

export function presentSync(row: SyncRow): z.infer<typeof syncSchema> {
  return {
    id: row.sync_id,
    reason: row.reason,
    state: row.state,
    repositories: row.repositories && [...row.repositories],
    requested_at: iso(row.requested_at),
    requested_by: row.requested_by,
    finished_at: iso(row.finished_at),
    error: row.error,
  };
}

/** @param orgRate items a minute of the organization now, whose turns its repositories share */
export function presentRepository(
  { repository_id, full_name, cursors }: SyncedRepository,
  orgRate: number | null,
): z.infer<typeof repositoryProgressSchema> {
  const progress = sumProgress(cursors.map(progressOf));
  return {
    id: repository_id,
    repository: full_name,
    state: stateOf(cursors),
    phase: cursors.some((cursor) => isOpen(cursor) && cursor.phase === 'recent') ? 'recent' : 'rest',
    ...progress,
    rate_per_minute: rateOf(cursors),
    time_left_s: timeLeft(progress, orgRate),
    entities: cursors.flatMap(presentEntity),
  };
}

function stateOf(cursors: readonly CursorRow[]): 'pending' | 'running' | 'done' | 'incomplete' | 'cancelled' {
  const states = new Set(cursors.map(({ state }) => state));
  if (states.has('running') || (states.has('pending') && states.size > 1)) return 'running';
  if (states.has('pending')) return 'pending';
  if (states.has('cancelled')) return 'cancelled';
  return states.has('failed') || states.has('forbidden') ? 'incomplete' : 'done';
}

function presentEntity(cursor: CursorRow): z.infer<typeof entityProgressSchema>[] {
  const { entity, state } = cursor;
  if (entity === REPOSITORY_LIST) return [];
  const presented = {
    entity,
    state,
    phase: cursor.phase,
    ...progressOf(cursor),
    rate_per_minute: rateOf([cursor]),
    requests: cursor.requests,
    covered_from: iso(cursor.covered_from),
    covered_until: iso(cursor.covered_until),
    updated_at: iso(cursor.updated_at),
    error: cursor.error,
    action: actionOf(cursor, permissionNames[entity]),
  };
  return [presented];
}

function actionOf({ state, attempts }: CursorRow, permission: string): string | null {
  if (state === 'forbidden') {
    return `Give the GitHub App read access to "${permission}", accept it in the organization, and ask for a sync.`;
  }
  if (state === 'failed') return 'Ask for a sync of this repository again; if it fails again, report the error.';
  return attempts > 0 ? 'Nothing: it is tried again.' : null;
}

export interface OrgRows {
  readonly connected: boolean;
  readonly installed: boolean;
  readonly totals: TotalsRow;
  readonly turn: TurnRow | undefined;
  readonly budgets: readonly Budget[];
  readonly syncs: readonly SyncRow[];
  readonly repositories: readonly SyncedRepository[];
}

export function presentOrg(rows: OrgRows): z.infer<typeof orgProgressSchema> {
  const { totals, syncs, repositories } = rows;
  const state = orgState(rows);
  const rate = orgRate(rows);
  const progress: Progress = totals.list ? { done: totals.done, total: null } : totals;
  return {
    state,
    action: orgAction(state, totals),
    phase: totals.list ? 'repositories' : totals.recent ? 'recent' : totals.rest ? 'rest' : null,
    done: progress.done,
    total: progress.total,
    rate_per_minute: rate,
    time_left_s: timeLeft(progress, rate),
    waiting: waitingOf(rows, state),
    budget: rows.budgets.map(({ resetAt, ...budget }) => ({ ...budget, resets_at: iso(resetAt) })),
    syncs: syncs.map(presentSync),
    repositories: repositories.map((repository) => presentRepository(repository, rate)),
  };
}

type OrgState = z.infer<typeof orgProgressSchema>['state'];

function orgState({ connected, installed, totals, turn }: OrgRows): OrgState {
  if (!connected) return 'off';
  if (!installed || turn?.waiting === 'suspended') return 'suspended';
  if (!totals.list && !totals.recent && !totals.rest) return 'idle';
  return turn?.due_at && turn.due_at > turn.now ? 'waiting' : 'running';
}

function orgAction(state: OrgState, { failed, forbidden }: TotalsRow): string | null {
  if (state === 'off') return 'Set APP_ID, PRIVATE_KEY_PATH and WEBHOOK_SECRET, and start Shiplog again.';
  if (state === 'suspended') return 'Install the GitHub App in the organization, or end its suspension, on GitHub.';
  return failed + forbidden > 0 ? 'Not everything can be read: see `action` of the entities below.' : null;
}

function waitingOf({ turn }: OrgRows, state: OrgState) {
  if (state !== 'waiting' || !turn?.due_at) return null;
  const reason = turn.waiting === 'rate_limit' ? ('rate_limit' as const) : ('retry' as const);
  return { reason, until: iso(turn.due_at) };
}

export function orgRate({ turn, syncs }: Pick<OrgRows, 'turn' | 'syncs'>): number {
  const running = syncs.filter(({ state }) => state === 'running').map((sync) => sync.requested_at.getTime());
  if (!turn || running.length === 0) return 0;
  return currentRate({ ...turn, since: new Date(Math.min(...running)) });
}
