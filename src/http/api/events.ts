import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import { NotFoundError } from '../../errors.ts';
import { type StaleRepositories, staleResources } from '../../facts/stale.ts';
import type { Api, ApiDeps, ApiEnv } from './api-env.ts';
import { callerOf, isStillKnown } from './caller.ts';
import { inOrg, standingOf } from './org-scope.ts';
import { orgParams } from './parameters.ts';
import { about, problems } from './route.ts';
import type { StaleEvents } from './stale-events.ts';
import { StaleInbox } from './stale-inbox.ts';
import { getStanding } from './standing.ts';

const path = '/api/v1/orgs/{org}/events';

const stream = createRoute({
  ...about({
    operationId: 'streamEvents',
    path,
    tag: 'Organizations',
    summary: 'Hear what went stale',
    description: `Server-sent events, each \`stale\`, with \`{"repository": "acme/shop", "resources": ["pulls"]}\` as its data: what is read
again is different now. \`repository\` is null for what is of the whole organization. Resources: ${staleResources.join(', ')}. After the connection was
lost, everything may be stale. The stream ends when its reader may not read any more.`,
    params: orgParams,
  }),
  method: 'get',
  path,
  request: { params: orgParams },
  responses: {
    200: { description: 'The events, without an end.', content: { 'text/event-stream': { schema: z.string() } } },
    ...problems,
  },
});

export function addEvents(api: Api, { events }: Pick<ApiDeps, 'events'>): void {
  api.openapi(stream, async (c) => {
    const inbox = new StaleInbox();
    const stopListening = await events.listen(standingOf(c).org.tenant_id, inbox.add);
    const end = () => {
      stopListening();
      events.stopping.removeEventListener('abort', inbox.wake);
      inbox.wake();
    };
    events.stopping.addEventListener('abort', inbox.wake);
    const reader = new Reader(c, { events, inbox });
    const body = new ReadableStream<string>({
      pull: async (controller) => {
        const text = await reader.next();
        if (text !== undefined) return controller.enqueue(text);
        end();
        controller.close();
      },
      cancel: end,
    });
    return c.body(body.pipeThrough(new TextEncoderStream()), 200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      // Proxies would keep events until a buffer is full.
      'x-accel-buffering': 'no',
    });
  });
}

interface Source {
  readonly events: StaleEvents;
  readonly inbox: StaleInbox;
}

/** What is sent to one reader, as text; undefined: nothing any more. */
class Reader {
  readonly #c: Context<ApiEnv>;
  readonly #source: Source;
  #checkedAt = Date.now();
  #isBegun = false;

  constructor(c: Context<ApiEnv>, source: Source) {
    this.#c = c;
    this.#source = source;
  }

  async next(): Promise<string | undefined> {
    const { events, inbox } = this.#source;
    if (!this.#isBegun) {
      this.#isBegun = true;
      return ': what goes stale from now on is told\n\n';
    }
    const stale = await inbox.take({ waitMs: events.heartbeatMs, gatherMs: events.gatherMs });
    if (events.stopping.aborted || !(await this.#mayRead())) return undefined;
    const told = stale.size === 0 ? [] : await inOrg(this.#c, (trx, org) => describe(trx, org.tenant_id, stale));
    if (told.length === 0) return ': still here\n\n';
    return told.map((data) => `event: stale\ndata: ${JSON.stringify(data)}\n\n`).join('');
  }

  async #mayRead(): Promise<boolean> {
    if (Date.now() - this.#checkedAt < this.#source.events.heartbeatMs) return true;
    this.#checkedAt = Date.now();
    return isReader(this.#c);
  }
}

async function isReader(c: Context<ApiEnv>): Promise<boolean> {
  if (!(await isStillKnown(c))) return false;
  const { db, servedTenantId } = c.var;
  const name = String(standingOf(c).org.tenant_id);
  try {
    await getStanding(db, { caller: callerOf(c), name, servedTenantId });
    return true;
  } catch (error) {
    if (error instanceof NotFoundError) return false;
    throw error;
  }
}

interface Told {
  readonly repository: string | null;
  readonly resources: readonly string[];
}

/** Of the repositories that the reader may see. */
async function describe(trx: Trx, tenantId: number, stale: StaleRepositories): Promise<Told[]> {
  const { rows } = await sql<{ repository_id: number; full_name: string }>`
    select repository_id, full_name from repositories
    where tenant_id = ${tenantId} and repository_id = any(${[...stale.keys()]}::bigint[])
      and full_name is not null and deleted_at is null
    order by full_name`.execute(trx);
  const ofAll = stale.get(0);
  const told = rows.map(({ repository_id: id, full_name }) => ({
    repository: full_name,
    resources: [...(stale.get(id) ?? [])],
  }));
  return ofAll ? [{ repository: null, resources: [...ofAll] }, ...told] : told;
}
