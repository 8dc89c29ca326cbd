import type { Trx } from '../../../db/tenant.ts';
import { InvalidPayloadError } from '../../errors.ts';
import { type Branding, changeBranding, getBranding } from '../../tenancy/branding.ts';
import { claimDomain, type CustomDomain, findCustomDomain } from '../../tenancy/custom-domain.ts';
import { resolveTxt, verifyDomain } from '../../tenancy/verify-domain.ts';
import { actorOf } from './actor.ts';
import type { Api, ApiDeps } from './api-env.ts';
import { brandingPatchSchema, brandingSchema, presentBranding } from './branding-schema.ts';
import { patchRoute } from './change-route.ts';
import { requireMatch } from './if-match.ts';
import { inWholeOrg, type Org, standingOf } from './org-scope.ts';
import { orgParams } from './parameters.ts';
import { readRoute } from './route.ts';

const tag = 'Branding';
const path = '/api/v1/orgs/{org}/branding';

const get = readRoute({
  operationId: 'getBranding',
  path,
  tag,
  summary: 'Get the branding',
  params: orgParams,
  response: brandingSchema,
});

const patch = patchRoute({
  operationId: 'changeBranding',
  path,
  tag,
  summary: 'Change the branding',
  description: `What is given is set; null takes it back. A custom domain is served once its TXT record is there, which is looked for now and every
ten minutes: give the same domain again to look at once. When the record goes, the domain is served for another day.`,
  params: orgParams,
  filters: {},
  request: brandingPatchSchema,
  response: brandingSchema,
});

export function addBranding(api: Api, { resolveTxt: resolve = resolveTxt }: Pick<ApiDeps, 'resolveTxt'>): void {
  api.openapi(get, async (c) => {
    const found = await inWholeOrg(c, readBranding);
    c.header('etag', etagOf(found.branding));
    return c.json(presentBranding(found), 200);
  });
  api.openapi(patch, async (c) => {
    const { custom_domain: domain, ...fields } = c.req.valid('json');
    const ifMatch = c.req.valid('header')['if-match'];
    const isOwn = typeof domain === 'string' && c.var.publicUrl && new URL(c.var.publicUrl).hostname === domain;
    if (isOwn && c.var.servedTenantId === undefined) {
      throw new InvalidPayloadError('`custom_domain` is the address of this Shiplog itself.');
    }
    await inWholeOrg(c, async (trx, { tenant_id: tenantId, login: target }) => {
      const actor = actorOf(c);
      await changeBranding(trx, tenantId, {
        fields,
        actor,
        target,
        check: (current) => requireMatch(ifMatch, etagOf(current)),
      });
      if (domain !== undefined) await claimDomain(trx, tenantId, { domain, actor, target });
    });
    // Apart from the transaction: DNS may take seconds.
    if (typeof domain === 'string') await verifyDomain(c.var.db, standingOf(c).org.tenant_id, { resolve });
    const found = await inWholeOrg(c, readBranding);
    c.header('etag', etagOf(found.branding));
    return c.json(presentBranding(found), 200);
  });
}

export interface FoundBranding {
  readonly org: Org;
  readonly branding: Branding;
  readonly domain: CustomDomain | undefined;
}

export async function readBranding(trx: Trx, org: Org): Promise<FoundBranding> {
  const { tenant_id: tenantId } = org;
  return { org, branding: await getBranding(trx, tenantId), domain: await findCustomDomain(trx, tenantId) };
}

export function etagOf({ version }: Branding): string {
  return `"${version}"`;
}
