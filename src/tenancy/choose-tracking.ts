import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';
import { ConflictError } from '../errors.ts';
import { lockFacts } from '../facts/lock-facts.ts';
import { isVisible, settleTracking } from '../facts/tracking.ts';
import { type Actor, recordAudit } from './audit-log.ts';
import { requireRepositoryPlace } from './plan-places.ts';

interface TrackingChoice {
  readonly tenantId: number;
  readonly repositoryId: number;
  readonly tracked: boolean;
  readonly actor: Actor;
  /** As in `acme/shop`. */
  readonly target: string;
}

/**
 * Somebody decides whether a repository is followed. A place that becomes free stays free for what they choose next.
 * @throws PlanLimitError
 */
export async function chooseTracking(trx: Trx, choice: TrackingChoice): Promise<void> {
  const { tenantId, repositoryId, tracked, actor, target } = choice;
  await lockFacts(trx, tenantId);
  const before = await getTracking(trx, choice);
  if (before.tracked === tracked && before.choice === tracked) return;
  if (tracked && !before.visible) {
    throw new ConflictError(`The app can not see ${target}: give it the repository on GitHub first.`);
  }
  if (tracked && !before.tracked) await requireRepositoryPlace(trx, tenantId);
  await sql`
    update repositories set tracking_choice = ${tracked}
    where tenant_id = ${tenantId} and repository_id = ${repositoryId}`.execute(trx);
  await settleTracking(trx, tenantId, { fill: false });
  const action = tracked ? 'repository.track' : 'repository.untrack';
  const [from, to] = [
    { tracked: before.tracked, choice: before.choice },
    { tracked, choice: tracked },
  ];
  await recordAudit(trx, { tenantId, actor, action, target, before: from, after: to });
}

interface Tracking {
  readonly tracked: boolean;
  readonly choice: boolean | null;
  readonly visible: boolean;
}

async function getTracking(trx: Trx, { tenantId, repositoryId, target }: TrackingChoice): Promise<Tracking> {
  const { rows } = await sql<Tracking>`
    select tracked, tracking_choice as choice, ${isVisible} as visible from repositories
    where tenant_id = ${tenantId} and repository_id = ${repositoryId}`.execute(trx);
  const [row] = rows;
  if (!row) throw new ConflictError(`${target} is gone. Read the list of repositories again.`);
  return row;
}
