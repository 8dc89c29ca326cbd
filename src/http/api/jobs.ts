import { z } from '@hono/zod-openapi';
import { sql } from 'kysely';
import type { Database } from '../../../db/connection.ts';
import type { Api, ApiDeps } from './api-env.ts';
import { defineCursor, type KeysOf, timeKey } from './cursor.ts';
import { allOf, pageOf, timeKeyOf, timeOf } from './page.ts';
import { iso, textFilter, timestamp } from './parameters.ts';
import { listRoute } from './route.ts';

const jobStates = ['created', 'retry', 'active', 'completed', 'cancelled', 'failed'] as const;
const jobState = z.enum(jobStates);

const jobSchema = z
  .object({
    id: z.string(),
    queue: z.string(),
    state: jobState.openapi({ description: '`created` and `retry` wait; `failed` has been tried often enough.' }),
    data: z.record(z.string(), z.unknown()).nullable().openapi({ description: 'What it is about: ids.' }),
    retries: z.int(),
    created_at: timestamp,
    start_after: timestamp,
    started_at: timestamp.nullable(),
    finished_at: timestamp.nullable(),
    error: z.string().nullable(),
  })
  .openapi('Job', {
    example: {
      id: '72d3162e-cc78-11e3-81ab-4c9367dc0958',
      queue: 'recompute-metrics',
      state: 'completed',
      data: { tenantId: 9919 },
      retries: 0,
      created_at: '2026-03-01T12:30:00.000Z',
      start_after: '2026-03-01T12:30:00.000Z',
      started_at: '2026-03-01T12:30:00.400Z',
      finished_at: '2026-03-01T12:30:01.000Z',
      error: null,
    },
  });

const keys = [timeKey, z.guid()] as const;
const cursor = defineCursor('listJobs', keys);

const list = listRoute({
  operationId: 'listJobs',
  path: '/api/v1/admin/jobs',
  tag: 'Administration',
  summary: 'List the jobs of the queue',
  description: 'The latest first. Those that are done go after ten minutes, most of them.',
  params: z.object({}),
  filters: {
    queue: textFilter.openapi({ description: 'Only of this queue.' }),
    state: jobState.optional().openapi({ description: 'Only in this state.' }),
  },
  cursor,
  item: jobSchema,
});

export function addJobs(api: Api, { db }: ApiDeps): void {
  api.openapi(list, async (c) => {
    const query = c.req.valid('query');
    const rows = await listJobs(db, query);
    return c.json(pageOf(c, { rows, limit: query.limit, cursor, present }), 200);
  });
}

interface JobsQuery {
  readonly limit: number;
  readonly cursor?: KeysOf<typeof keys> | undefined;
  readonly queue?: string | undefined;
  readonly state?: (typeof jobStates)[number] | undefined;
}

interface JobRow {
  readonly id: string;
  readonly queue: string;
  readonly state: (typeof jobStates)[number];
  readonly data: Record<string, unknown> | null;
  readonly retries: number;
  readonly created_at: Date;
  readonly start_after: Date;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
  readonly error: string | null;
  readonly position: readonly [string, string];
}

async function listJobs(db: Database, { limit, cursor: after, queue, state }: JobsQuery): Promise<JobRow[]> {
  const where = allOf([
    queue === undefined ? undefined : sql`name = ${queue}`,
    state && sql`state::text = ${state}`,
    after && sql`(created_on, id) < (${timeOf(after[0])}, ${after[1]}::uuid)`,
    sql`true`,
  ]);
  const { rows } = await sql<JobRow>`
    select id, name as queue, state::text as state, case when jsonb_typeof(data) = 'object' then data end as data,
      retry_count as retries, created_on as created_at, start_after, started_on as started_at,
      completed_on as finished_at, output ->> 'message' as error,
      json_build_array(${timeKeyOf('created_on')}, id) as position
    from pgboss.job where ${where} order by created_on desc, id desc limit ${limit + 1}`.execute(db);
  return rows;
}

function present(row: JobRow): z.infer<typeof jobSchema> {
  const { id, queue, state, data, retries, error } = row;
  return {
    id,
    queue,
    state,
    data,
    retries,
    created_at: iso(row.created_at),
    start_after: iso(row.start_after),
    started_at: iso(row.started_at),
    finished_at: iso(row.finished_at),
    error,
  };
}
