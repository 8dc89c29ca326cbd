import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { leaveTenant, widenToTenant } from '../../../db/tenant.ts';
import { InvalidPayloadError } from '../../errors.ts';
import { applyFacts } from '../../facts/apply.ts';
import type { Facts } from '../../facts/facts.ts';
import { plainText } from '../../plain-text.ts';
import { type Queue, sendRecomputeMetrics } from '../../queue.ts';
import { recordAudit } from '../../tenancy/audit-log.ts';
import { actorOf } from './actor.ts';
import type { ApiEnv } from './api-env.ts';
import { getRepositoryScope, inOrg, type RepositoryScope } from './org-scope.ts';
import { repoParameter, time } from './parameters.ts';

const MOST_AHEAD_MS = 5 * 60_000;

export const reportedId = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .refine(...plainText);
export const reportedRepository = repoParameter.openapi({
  param: {},
  description: 'Its name, in any case, with or without the owner, or its id.',
  example: 'shop',
});
export const reportedSha = z
  .string()
  .toLowerCase()
  .regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, 'is not a whole sha of 40 or 64 hexadecimal digits');

/** A time in the body of a report. */
export function reportedTime(description: string) {
  return time.openapi({ type: 'string', format: 'date-time', description });
}

/** A clock that is a little ahead is right enough; a time of next year would stand before all that comes until then. */
export function mustHaveBeen(times: Readonly<Record<string, Date | null | undefined>>): void {
  for (const [name, at] of Object.entries(times)) {
    if (at && at.getTime() > Date.now() + MOST_AHEAD_MS) throw new InvalidPayloadError(`\`${name}\` is in the future.`);
  }
}

interface Reported {
  readonly repository: string;
  readonly queue: Queue;
  readonly factsOf: (repositoryId: number) => Facts;
  /** As in `deployment argo-1347`; with what was told of it. */
  readonly about: { readonly kind: 'deployment' | 'incident'; readonly id: string; readonly told: object };
}

/** Stores what was reported, and has the numbers follow. @throws NotFoundError when there is no such repository */
export async function storeReport(
  c: Context<ApiEnv>,
  { repository, queue, factsOf, about: { kind, id, told } }: Reported,
): Promise<RepositoryScope> {
  return inOrg(c, async (trx, org) => {
    const scope = await getRepositoryScope(trx, org, repository);
    // What is stored of one repository may touch what is known of others.
    await widenToTenant(trx);
    await applyFacts(trx, org.tenant_id, [factsOf(scope.repository_id)]);
    await recordAudit(trx, {
      tenantId: org.tenant_id,
      actor: actorOf(c),
      action: `${kind}.report`,
      target: `${scope.full_name} ${kind} ${id}`,
      before: null,
      after: told,
    });
    await leaveTenant(trx);
    await sendRecomputeMetrics(queue, trx, [org.tenant_id]);
    return scope;
  });
}
