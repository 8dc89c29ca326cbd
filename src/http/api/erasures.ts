import { z } from '@hono/zod-openapi';
import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import { leaveTenant } from '../../../db/tenant.ts';
import { NotFoundError } from '../../errors.ts';
import { sendEraseDeliveries } from '../../queue.ts';
import { type Erasure, erasePerson } from '../../tenancy/erase-person.ts';
import { actorOf } from './actor.ts';
import type { Api, ApiDeps } from './api-env.ts';
import { startRemovalRoute } from './change-route.ts';
import { contributorParams } from './contributors.ts';
import { defineCursor, idKey, type KeysOf, timeKey } from './cursor.ts';
import { inWholeOrg } from './org-scope.ts';
import { pageOf, timeKeyOf, timeOf } from './page.ts';
import { iso, orgParams, timestamp } from './parameters.ts';
import { listRoute } from './route.ts';

const tag = 'Contributors';

const erasureSchema = z
  .object({
    id: z.int().openapi({ description: 'Of the contributor who stands for the person from now on, and for nobody.' }),
    erased_at: timestamp,
    state: z
      .enum(['running', 'done'])
      .openapi({ description: '`running`: the facts are done; stored deliveries are being rewritten.' }),
    deliveries_changed: z.int().openapi({ description: 'Stored deliveries that told of the person.' }),
    finished_at: timestamp.nullable(),
  })
  .openapi('Erasure', {
    example: {
      id: 4_503_627_382_931_201,
      erased_at: '2026-03-01T12:30:00.000Z',
      state: 'running',
      deliveries_changed: 0,
      finished_at: null,
    },
  });

const erase = startRemovalRoute({
  operationId: 'eraseContributor',
  path: '/api/v1/orgs/{org}/contributors/{id}',
  tag,
  summary: 'Erase a person',
  description: `For good: their accounts here become one that stands for nobody, under which every number stays what it was. Logins, names and emails go
everywhere, also from the audit log and from stored deliveries, and later webhooks and readings do not bring them back. Branches keep their names, and so do
files. The person is no member here any more.`,
  params: contributorParams,
  response: erasureSchema,
});

const keys = [timeKey, idKey] as const;
const cursor = defineCursor('listErasures', keys);

const list = listRoute({
  operationId: 'listErasures',
  path: '/api/v1/orgs/{org}/erasures',
  tag,
  summary: 'List erasures of persons',
  description: 'The latest first, each with how far it is.',
  params: orgParams,
  filters: {},
  cursor,
  item: erasureSchema,
});

export function addErasures(api: Api, { queue }: ApiDeps): void {
  api.openapi(erase, async (c) => {
    const { org: name, id } = c.req.valid('param');
    const erasure = await inWholeOrg(c, async (trx, { tenant_id: tenantId }) => {
      const made = await erasePerson(trx, tenantId, { contributorId: id, actor: actorOf(c) });
      await leaveTenant(trx);
      if (made) await sendEraseDeliveries(queue, trx, tenantId);
      return made;
    });
    if (!erasure) throw new NotFoundError(`There is no contributor ${id} in ${name}.`);
    return c.json(present(erasure), 202);
  });
  api.openapi(list, async (c) => {
    const { limit, cursor: after } = c.req.valid('query');
    const rows = await inWholeOrg(c, (trx, { tenant_id }) => listErasures(trx, tenant_id, { limit: limit + 1, after }));
    return c.json(pageOf(c, { rows, limit, cursor, present }), 200);
  });
}

type ErasureRow = Erasure & { readonly position: [string, number] };

async function listErasures(
  trx: Trx,
  tenantId: number,
  { limit, after }: { limit: number; after: KeysOf<typeof keys> | undefined },
): Promise<ErasureRow[]> {
  const isAfter = after && sql`and (erased_at, contributor_id) < (${timeOf(after[0])}, ${after[1]}::bigint)`;
  const { rows } = await sql<ErasureRow>`
    select contributor_id, erased_at, deliveries_changed, finished_at,
      json_build_array(${timeKeyOf('erased_at')}, contributor_id) as position
    from erased_people where tenant_id = ${tenantId} ${isAfter ?? sql``}
    order by erased_at desc, contributor_id desc limit ${limit}`.execute(trx);
  return rows;
}

function present(erasure: Erasure): z.infer<typeof erasureSchema> {
  return {
    id: erasure.contributor_id,
    erased_at: iso(erasure.erased_at),
    state: erasure.finished_at === null ? 'running' : 'done',
    deliveries_changed: erasure.deliveries_changed,
    finished_at: iso(erasure.finished_at),
  };
}
