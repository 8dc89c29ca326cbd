import { createRoute, z } from '@hono/zod-openapi';
import { routePath } from 'hono/route';
import { openArchive } from '../../tenancy/archive.ts';
import { recordExport } from '../../tenancy/audit-log.ts';
import { actorOf } from './actor.ts';
import type { Api, ApiDeps } from './api-env.ts';
import { inWholeOrg, mustReadAll } from './org-scope.ts';
import { orgParams } from './parameters.ts';
import { about, problems } from './route.ts';

const ARCHIVE_PATH = '/api/v1/orgs/{org}/archive';

const route = createRoute({
  ...about({
    operationId: 'exportArchive',
    path: ARCHIVE_PATH,
    tag: 'Organizations',
    summary: 'Export everything',
    description: `A zip with a file of JSON lines for each table, and \`manifest.json\` with the number of rows of each. It has every repository, so whoever
may not read all of them on GitHub gets none. Hashes of tokens are left out. Each table is as it is when it is read. It is streamed.`,
    params: orgParams,
  }),
  method: 'get',
  path: ARCHIVE_PATH,
  request: { params: orgParams, query: z.strictObject({}) },
  responses: {
    200: {
      description: 'The archive.',
      content: { 'application/zip': { schema: z.string().openapi({ format: 'binary' }) } },
    },
    ...problems,
  },
});

export function addArchive(api: Api, { db, log }: ApiDeps): void {
  api.openapi(route, async (c) => {
    const org = await inWholeOrg(c, async (trx, found) => {
      const { tenant_id: tenantId } = found;
      await mustReadAll(c, trx, { org: found, what: 'The archive has' });
      await recordExport(trx, { tenantId, actor: actorOf(c), file: 'archive', filters: {} });
      return found;
    });
    const { fileName, stream } = await openArchive(db, org);
    const fields = { request: c.var.requestId, route: routePath(c, -1) };
    stream.on('error', (err) => log.error({ ...fields, err }, 'export broken off'));
    return c.body(ReadableStream.from<Buffer>(stream), 200, {
      'content-type': 'application/zip',
      'content-disposition': `attachment; filename="${fileName}"`,
    });
  });
}
