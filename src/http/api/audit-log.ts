import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { recordExport } from '../../tenancy/audit-log.ts';
import { type AuditQuery, type AuditRow, listAuditLog } from '../../tenancy/read-audit-log.ts';
import { actorOf } from './actor.ts';
import type { Api, ApiDeps, ApiEnv } from './api-env.ts';
import { CSV_PAGE_ROWS, csvResponse } from './csv-file.ts';
import { defineCursor, idKey } from './cursor.ts';
import { inWholeOrg, narrowToCaller } from './org-scope.ts';
import { pageOf } from './page.ts';
import { iso, orgParams, textFilter, time, timestamp } from './parameters.ts';
import { exportRoute, listRoute } from './route.ts';

const tag = 'Audit log';
const changed = z.record(z.string(), z.unknown()).nullable();

const entrySchema = z
  .object({
    id: z.int().openapi({ description: "Its number in the organization's log, from 1 on, without a gap." }),
    at: timestamp,
    actor: z.string().openapi({ description: 'The login of a person, `token` and its name, or `operator`.' }),
    action: z.string(),
    target: z.string(),
    before: changed.openapi({ description: 'What was; null when there was nothing.' }),
    after: changed.openapi({ description: 'What is since; null when there is nothing any more.' }),
    address: z.string().nullable(),
    user_agent: z.string().nullable(),
    hash: z.string().openapi({ description: 'Of this entry and the hash of the one before: SHA-256 in hexadecimal.' }),
  })
  .openapi('AuditEntry', {
    example: {
      id: 812,
      at: '2026-03-01T12:30:00.000Z',
      actor: 'ann',
      action: 'token.create',
      target: 'token 3 deploy pipeline',
      before: null,
      after: { hint: 'x4Qe', role: 'admin', scopes: ['ingest'], expires_at: '2026-05-30T12:30:00.000Z' },
      address: '203.0.113.7',
      user_agent: 'curl/8.7.1',
      hash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    },
  });

const bound = (meaning: string) =>
  time.openapi({ type: 'string', description: `${meaning} ISO 8601; a date alone is its midnight in UTC.` });
const filters = {
  actor: textFilter.openapi({ description: 'Only by this one, in any case: a login, `token NAME`, or `operator`.' }),
  action: textFilter.openapi({
    description: 'Only this action, such as `token.create`, or all that begin so: `token`.',
  }),
  target: textFilter.openapi({ description: 'Only where the target has this in it, in any case.' }),
  from: bound('Only at or after this.'),
  to: bound('Only before this.'),
};

const cursor = defineCursor('listAuditLog', [idKey]);

const list = listRoute({
  operationId: 'listAuditLog',
  path: '/api/v1/orgs/{org}/audit-log',
  tag,
  summary: 'List the audit log',
  description:
    'Changes by persons and programs, logins and exports, the latest first. Of a repository that the caller may not read on GitHub, an entry does not say which, nor what.',
  params: orgParams,
  filters,
  cursor,
  item: entrySchema,
});

const file = exportRoute({
  operationId: 'exportAuditLog',
  path: '/api/v1/orgs/{org}/audit-log.csv',
  tag,
  summary: 'Export the audit log',
  description: 'Every entry that the filters leave, the latest first. The export is an entry, too.',
  params: orgParams,
  filters,
});

const columns = ['id', 'at', 'actor', 'action', 'target', 'before', 'after', 'address', 'user_agent', 'hash'] as const;

export function addAuditLog(api: Api, { log }: ApiDeps): void {
  api.openapi(list, async (c) => {
    const { limit, cursor: after, ...wanted } = c.req.valid('query');
    const rows = await readEntries(c, { ...wanted, limit: limit + 1, after: after?.[0] });
    const positioned = rows.map((row) => ({ row, position: [row.entry_id] }));
    return c.json(pageOf(c, { rows: positioned, limit, cursor, present: ({ row }) => present(row) }), 200);
  });
  api.openapi(file, async (c) => {
    const wanted = c.req.valid('query');
    const read = (after: number | undefined) => readEntries(c, { ...wanted, limit: CSV_PAGE_ROWS, after });
    const first = await read(undefined);
    await inWholeOrg(c, (trx, { tenant_id: tenantId }) =>
      recordExport(trx, { tenantId, actor: actorOf(c), file: 'audit-log.csv', filters: wanted }),
    );
    return csvResponse(
      c,
      {
        name: 'audit-log.csv',
        header: columns,
        first,
        cellsOf: (row) => cellsOf(present(row)),
        readAfter: ({ entry_id }) => read(entry_id),
      },
      log,
    );
  });
}

function readEntries(c: Context<ApiEnv>, page: Omit<AuditQuery, 'isNarrowed'>): Promise<readonly AuditRow[]> {
  return inWholeOrg(c, async (trx, org) => {
    const isNarrowed = await narrowToCaller(c, trx, org);
    return listAuditLog(trx, org.tenant_id, { ...page, isNarrowed });
  });
}

function cellsOf(entry: z.infer<typeof entrySchema>) {
  return columns.map((name) => entry[name]);
}

function present(row: AuditRow): z.infer<typeof entrySchema> {
  const { entry_id: id, at, ...rest } = row;
  return { id, at: iso(at), ...rest };
}
