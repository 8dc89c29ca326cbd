import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { withTenant } from '../../../db/tenant.ts';
import { NotFoundError } from '../../errors.ts';
import { findLogo, getBranding } from '../../tenancy/branding.ts';
import type { Api, ApiEnv } from './api-env.ts';
import { logoSchema } from './branding-schema.ts';
import { pictureResponse, pictures } from './logo.ts';
import { about, notModified, problems, readRoute } from './route.ts';

const tag = 'Branding';
const path = '/api/v1/branding';
const params = z.object({});

const servedSchema = z
  .object({
    name: z.string().nullable(),
    primary_color: z.string().nullable(),
    secondary_color: z.string().nullable(),
    logo: logoSchema,
  })
  .openapi('ServedBranding', {
    example: { name: 'Acme', primary_color: '#1f6feb', secondary_color: null, logo: null },
  });

const get = readRoute({
  operationId: 'getServedBranding',
  path,
  tag,
  summary: 'Get the branding of a custom domain',
  description: 'Of the organization whose domain is asked, for the page to log in. 404 at any other address.',
  params,
  response: servedSchema,
});

const logoPath = `${path}/logo` as const;
const getLogo = createRoute({
  ...about({ operationId: 'getServedLogo', path: logoPath, tag, summary: 'Get the logo of a custom domain', params }),
  method: 'get',
  path: logoPath,
  request: { params },
  responses: { 200: { description: 'The picture.', content: pictures }, 304: notModified, ...problems },
});

export function addServedBranding(api: Api): void {
  api.openapi(get, async (c) => {
    const tenantId = servedTenantOf(c);
    const branding = await withTenant(c.var.db, tenantId, (trx) => getBranding(trx, tenantId));
    const { name, primary_color, secondary_color, logo } = branding;
    return c.json({ name, primary_color, secondary_color, logo: logo && { url: logoPath, ...logo } }, 200);
  });
  api.openapi(getLogo, async (c) => {
    const tenantId = servedTenantOf(c);
    return pictureResponse(c, await withTenant(c.var.db, tenantId, (trx) => findLogo(trx, tenantId)));
  });
}

function servedTenantOf(c: Context<ApiEnv>): number {
  const { servedTenantId } = c.var;
  if (servedTenantId === undefined) throw new NotFoundError('No organization has this address as its own.');
  return servedTenantId;
}
