import { z } from '@hono/zod-openapi';
import type { Database } from '../../../db/connection.ts';
import { type Trx, widenToTenant } from '../../../db/tenant.ts';
import { planNames } from '../../plans.ts';
import { changePlan } from '../../tenancy/change-plan.ts';
import { countHeld, type LeftOut, listLeftOut } from '../../tenancy/left-out.ts';
import { getPlanPlaces, type PlanPlaces } from '../../tenancy/plan-places.ts';
import { actorOf } from './actor.ts';
import type { Api } from './api-env.ts';
import { putRoute } from './change-route.ts';
import { inOrg, type Org } from './org-scope.ts';
import { orgParams } from './parameters.ts';
import { readRoute } from './route.ts';

const tag = 'Plan and usage';
const path = '/api/v1/orgs/{org}/plan';
/** Of those that are left out; the list of repositories has them all. */
const MOST_LEFT_OUT = 100;

const limit = z.int().nullable().openapi({ description: 'Null: any number.' });
const plan = z.enum(planNames);

const planSchema = z
  .object({
    plan,
    limits: z.object({ repositories: limit, members: limit }),
    used: z.object({
      repositories: z.int().openapi({ description: 'That are tracked.' }),
      members: z.int().openapi({
        description: 'May be over the limit: whom GitHub makes a member is one. Nobody can be invited then.',
      }),
    }),
    left_out: z
      .array(
        z.object({
          repository: z.string(),
          reason: z.enum(['plan', 'choice']).openapi({
            description: '`plan`: it has no room. `choice`: somebody decided so.',
          }),
          held_deliveries: z.int().openapi({ description: 'That are kept until it is tracked.' }),
        }),
      )
      .openapi({ description: 'Repositories that are not tracked, the first hundred by name.' }),
    left_out_count: z.int(),
  })
  .openapi('Plan', {
    example: {
      plan: 'free',
      limits: { repositories: 3, members: 5 },
      used: { repositories: 3, members: 4 },
      left_out: [{ repository: 'acme/site', reason: 'plan', held_deliveries: 212 }],
      left_out_count: 1,
    },
  });

const get = readRoute({
  operationId: 'getPlan',
  path,
  tag,
  summary: 'Get the plan',
  description: 'What it has room for, what of it is taken, and which repositories are left out.',
  params: orgParams,
  response: planSchema,
});

const put = putRoute({
  operationId: 'setPlan',
  path,
  tag,
  summary: 'Set the plan',
  description: `A larger plan takes in repositories that were left out: what was kept of them is applied, and their history read. With a
smaller one, those that it has no room for are tracked no more; their data stays.`,
  params: orgParams,
  filters: {},
  request: z.strictObject({ plan }),
  response: planSchema,
});

export function addPlan(api: Api): void {
  api.openapi(get, async (c) => {
    const found = await inOrg(c, read);
    return c.json(await present(c.var.db, found), 200);
  });
  api.openapi(put, async (c) => {
    const { plan: wanted } = c.req.valid('json');
    const found = await inOrg(c, async (trx, org) => {
      await changePlan(trx, { tenantId: org.tenant_id, plan: wanted, actor: actorOf(c), target: org.login });
      return read(trx, org);
    });
    return c.json(await present(c.var.db, found), 200);
  });
}

interface Found {
  readonly tenantId: number;
  readonly places: PlanPlaces;
  readonly leftOut: readonly LeftOut[];
}

async function read(trx: Trx, { tenant_id: tenantId }: Org): Promise<Found> {
  const leftOut = await listLeftOut(trx, tenantId);
  // What the caller may not read takes places, too.
  await widenToTenant(trx);
  return { tenantId, places: await getPlanPlaces(trx, tenantId), leftOut };
}

/** Deliveries are the instance's: how many are held is not for the role of a tenant to count. */
async function present(db: Database, { tenantId, places, leftOut }: Found): Promise<z.infer<typeof planSchema>> {
  const shown = leftOut.slice(0, MOST_LEFT_OUT);
  const ids = shown.map(({ repository_id }) => repository_id);
  const held = await countHeld(db, tenantId, ids);
  return {
    ...places,
    left_out: shown.map(({ repository_id, full_name, chosen }) => ({
      repository: full_name,
      reason: chosen ? 'choice' : 'plan',
      held_deliveries: held.get(repository_id) ?? 0,
    })),
    left_out_count: leftOut.length,
  };
}
