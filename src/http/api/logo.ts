import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { NotFoundError, UnsupportedMediaTypeError } from '../../errors.ts';
import { findLogo, setLogo, type StoredLogo } from '../../tenancy/branding.ts';
import { type LogoType, logoTypes, MOST_LOGO_BYTES, readLogo } from '../../tenancy/logo-image.ts';
import { problemResponse } from '../problem.ts';
import { actorOf } from './actor.ts';
import type { Api, ApiEnv } from './api-env.ts';
import { etagOf, readBranding } from './branding.ts';
import { brandingSchema, presentBranding } from './branding-schema.ts';
import { changedSince, ifMatchHeaders } from './change-route.ts';
import { requireMatch } from './if-match.ts';
import { inWholeOrg } from './org-scope.ts';
import { orgParams } from './parameters.ts';
import { requireAccess } from './require-access.ts';
import { about, notModified, problem, problems, unprocessable } from './route.ts';

const tag = 'Branding';
const path = '/api/v1/orgs/{org}/branding/logo';
const binary = z.string().openapi({ format: 'binary' });
export const pictures = Object.fromEntries(logoTypes.map((type) => [type, { schema: binary }]));

const get = createRoute({
  ...about({ operationId: 'getLogo', path, tag, summary: 'Get the logo', params: orgParams }),
  method: 'get',
  path,
  request: { params: orgParams },
  responses: { 200: { description: 'The picture.', content: pictures }, 304: notModified, ...problems },
});

const limitBody = bodyLimit({
  maxSize: MOST_LOGO_BYTES,
  onError: (c) => problemResponse(c, { status: 413, detail: tooLarge }),
});
const tooLarge = `The logo is over ${MOST_LOGO_BYTES / 1024} KB. Make it smaller.`;

const put = createRoute({
  ...about({
    operationId: 'setLogo',
    path,
    tag,
    summary: 'Set the logo',
    description: `The picture itself is the body: PNG, JPEG or SVG, as \`Content-Type\` says, of at most ${MOST_LOGO_BYTES / 1024} KB; 16 to 2,048 pixels wide and
high. What runs in an SVG, or loads something from elsewhere, is removed.`,
    params: orgParams,
  }),
  method: 'put',
  path,
  middleware: [requireAccess('setLogo'), limitBody] as const,
  request: { params: orgParams, headers: ifMatchHeaders, body: { required: true, content: pictures } },
  responses: {
    200: { description: 'Done.', content: { 'application/json': { schema: brandingSchema } } },
    ...problems,
    412: changedSince,
    413: problem('It is too large.', { status: 413, title: 'Payload Too Large', detail: tooLarge }),
    415: problem('It is no picture.', { status: 415, title: 'Unsupported Media Type', detail: typeNeeded() }),
    422: unprocessable,
  },
});

const remove = createRoute({
  ...about({ operationId: 'removeLogo', path, tag, summary: 'Remove the logo', params: orgParams }),
  method: 'delete',
  path,
  request: { params: orgParams, query: z.strictObject({}), headers: ifMatchHeaders },
  responses: {
    200: { description: 'Done.', content: { 'application/json': { schema: brandingSchema } } },
    ...problems,
    412: changedSince,
  },
});

export function addLogo(api: Api): void {
  api.openapi(get, async (c) =>
    pictureResponse(c, await inWholeOrg(c, (trx, { tenant_id }) => findLogo(trx, tenant_id))),
  );
  api.openapi(put, async (c) => {
    const type = logoTypeOf(c.req.header('content-type'));
    if (!type) throw new UnsupportedMediaTypeError(typeNeeded());
    const logo = await readLogo(type, Buffer.from(await c.req.arrayBuffer()));
    return c.json(await change(c, logo), 200);
  });
  api.openapi(remove, async (c) => c.json(await change(c, null), 200));
}

async function change(c: Context<ApiEnv>, logo: Awaited<ReturnType<typeof readLogo>> | null) {
  const found = await inWholeOrg(c, async (trx, org) => {
    const { tenant_id: tenantId, login: target } = org;
    await setLogo(trx, tenantId, {
      logo,
      actor: actorOf(c),
      target,
      check: (current) => requireMatch(c.req.header('if-match'), etagOf(current)),
    });
    return readBranding(trx, org);
  });
  c.header('etag', etagOf(found.branding));
  return presentBranding(found);
}

function logoTypeOf(contentType: string | undefined): LogoType | undefined {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  return logoTypes.find((known) => known === type);
}

function typeNeeded(): string {
  return `Content-Type is not one of ${logoTypes.join(', ')}.`;
}

/** Somebody's picture: whoever opens it as a page gets one in which nothing runs, and that loads nothing. */
export function pictureResponse(c: Context<ApiEnv>, logo: StoredLogo | undefined) {
  if (!logo) throw new NotFoundError('There is no logo.');
  return c.body(new Uint8Array(logo.bytes), 200, {
    'content-type': logo.type,
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    'x-content-type-options': 'nosniff',
  });
}
