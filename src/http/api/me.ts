import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { type Role, roles } from '../../tenancy/roles.ts';
import { scopes } from '../../tenancy/scopes.ts';
import type { Api, ApiEnv } from './api-env.ts';
import { callerOf } from './caller.ts';
import { csrfTokenOf } from './csrf.ts';
import { flagFields } from './member-schema.ts';
import { readRoute } from './route.ts';
import { listStandings } from './standing.ts';

const meSchema = z
  .object({
    kind: z.enum(['person', 'token', 'operator']),
    login: z.string().nullable().openapi({ description: "A person's on GitHub." }),
    id: z.int().nullable().openapi({ description: "A person's on GitHub." }),
    token: z.object({ id: z.int(), name: z.string(), scopes: z.array(z.enum(scopes)) }).nullable(),
    orgs: z
      .array(z.object({ id: z.int(), login: z.string(), role: z.enum(roles), ...flagFields }))
      .openapi({ description: 'Empty for the operator, who may see all of them: see `GET /api/v1/orgs`.' }),
    csrf_token: z.string().nullable().openapi({
      description: 'For the header `X-CSRF-Token` of writes with a session. Null for those without a session.',
    }),
  })
  .openapi('Me', {
    example: {
      kind: 'person',
      login: 'ann',
      id: 583231,
      token: null,
      orgs: [
        {
          id: 9919,
          login: 'acme',
          role: 'manager',
          can_manage_members: false,
          can_manage_repositories: false,
          can_view_analytics: true,
          can_export_data: true,
        },
      ],
      csrf_token: 'm0Jf2s7C5zqkq9XyF6mV1o3m0JcKxkqYV0p6Yv8m1nU',
    },
  });

const get = readRoute({
  operationId: 'getMe',
  path: '/api/v1/me',
  tag: 'Organizations',
  summary: 'Get who calls, and what they may do',
  params: z.object({}),
  response: meSchema,
});

export function addMe(api: Api): void {
  api.openapi(get, async (c) => c.json(await describeCaller(c), 200));
}

async function describeCaller(c: Context<ApiEnv>): Promise<z.infer<typeof meSchema>> {
  const caller = callerOf(c);
  const nobody = { login: null, id: null, token: null, csrf_token: null };
  if (caller.kind === 'operator') return { ...nobody, kind: 'operator', orgs: [] };
  const orgs = await listOrgs(c);
  if (caller.kind === 'token') {
    const { tokenId: id, name, scopes: allowed } = caller.token;
    return { ...nobody, kind: 'token', token: { id, name, scopes: [...allowed] }, orgs };
  }
  const { userId, login, secret } = caller.session;
  return { ...nobody, kind: 'person', login, id: userId, orgs, csrf_token: csrfTokenOf(secret) };
}

async function listOrgs(c: Context<ApiEnv>) {
  const asked = { caller: callerOf(c), servedTenantId: c.var.servedTenantId };
  const standings = await listStandings(c.var.db, asked);
  const described: ({ id: number; login: string; role: Role } & (typeof standings)[number]['flags'])[] = [];
  for (const { org, role, flags } of standings) described.push({ id: org.tenant_id, login: org.login, role, ...flags });
  return described;
}
