import type { Trx } from '../../db/tenant.ts';
import { updateAccessOf } from '../access/update-access-of.ts';
import { applyFacts } from '../facts/apply.ts';
import type { Facts, FactTableName } from '../facts/facts.ts';
import { lockFacts } from '../facts/lock-facts.ts';
import { listUntracked } from '../facts/tracking.ts';
import type { DeliveryOutcome } from './delivery-outcome.ts';
import type { MappedDelivery } from './map-deliveries.ts';

/** What happens in a repository. Its name, and who has access to it, are known of those that are not tracked, too. */
const work = [
  'branches',
  'tags',
  'commits',
  'pushes',
  'pull_requests',
  'pull_request_commits',
  'reviews',
  'comments',
  'issues',
  'releases',
  'workflow_runs',
  'deployments',
  'deployment_statuses',
  'check_runs',
] as const satisfies readonly FactTableName[];

/** Applies deliveries of one tenant, and keeps for later those that tell of work in a repository that is not tracked. */
export async function applyOrHold(
  trx: Trx,
  tenantId: number,
  mapped: readonly MappedDelivery[],
): Promise<DeliveryOutcome[]> {
  // Before it looks what is tracked: what becomes so in the meantime finds every delivery that is held.
  await lockFacts(trx, tenantId);
  const untracked = await findUntracked(trx, tenantId, mapped);
  const facts: Facts[] = [];
  const outcomes = mapped.map((one): DeliveryOutcome => {
    const { delivery } = one;
    const repositoryId = workplaceOf(one.facts);
    if (repositoryId !== undefined && untracked.has(repositoryId)) {
      const error = 'its repository is not tracked';
      return { delivery, state: 'held', tenantId, repositoryId, error, dueAt: null };
    }
    facts.push(one.facts);
    return { delivery, state: 'applied', tenantId, error: null, dueAt: null };
  });
  await applyFacts(trx, tenantId, facts);
  await updateAccessOf(trx, tenantId, facts);
  return outcomes;
}

/** What is told of the repository itself is applied of those that are held, too: a new one may take a place of the plan. */
async function findUntracked(trx: Trx, tenantId: number, mapped: readonly MappedDelivery[]) {
  const places = [...new Set(mapped.map(({ facts }) => workplaceOf(facts)).filter((id) => id !== undefined))];
  const { undecided, untracked } = await listUntracked(trx, tenantId, places);
  const told = mapped.filter(({ facts }) => {
    const id = workplaceOf(facts);
    return id !== undefined && (undecided.has(id) || untracked.has(id));
  });
  if (told.length === 0) return untracked;
  await applyFacts(trx, tenantId, told.map(repositoryFactsOf));
  return (await listUntracked(trx, tenantId, places)).untracked;
}

/** The repository in which the work was done; an event is of one at most. */
function workplaceOf(facts: Facts): number | undefined {
  for (const table of work) {
    const [fact] = facts[table] ?? [];
    if (fact) return fact.repository_id;
  }
  return undefined;
}

function repositoryFactsOf({ facts: { tenants, repositories } }: MappedDelivery): Facts {
  return { ...(tenants && { tenants }), ...(repositories && { repositories }) };
}
