import { z } from 'zod';
import { notFound, Refusal } from '../request.ts';
import type { Tokens } from '../tokens.ts';
import type { Installation } from '../truth/truth.ts';
import { installationJson, personJson, repositoryJson } from './json.ts';
import { installationToken, list, ok, param, type RestCall, type Route, visible } from './route.ts';

const tokenRequest = z.object({
  repositories: z.array(z.string()).optional(),
  repository_ids: z.array(z.number()).optional(),
  permissions: z.record(z.string(), z.enum(['read', 'write', 'admin'])).optional(),
});

/** The App itself, its installations and their tokens. */
export function appRoutes(tokens: Tokens): Route[] {
  return [
    { route: 'GET /app', answer: (call) => asApp(call, () => ok(appJson(tokens.appId))) },
    {
      route: 'GET /app/installations',
      answer: (call) => asApp(call, () => list(call, living(call), installationJson)),
    },
    {
      route: 'GET /app/installations/{installation_id}',
      answer: (call) => asApp(call, () => ok(installationJson(installationOf(call)))),
    },
    {
      route: 'POST /app/installations/{installation_id}/access_tokens',
      answer: (call) => asApp(call, () => ({ status: 201, body: createToken(call, tokens) })),
    },
    {
      route: 'GET /orgs/{org}/installation',
      answer: (call) => asApp(call, () => ok(installationJson(installationAt(call)))),
    },
    {
      route: 'GET /installation/repositories',
      permission: 'metadata',
      answer: (call) => {
        const repositories = visible(call);
        return list(call, repositories, repositoryJson, (page) => ({
          total_count: repositories.length,
          repository_selection: installationToken(call).installation.repositorySelection,
          repositories: page,
        }));
      },
    },
    {
      route: 'DELETE /installation/token',
      answer: (call) => {
        tokens.revoke(installationToken(call).value);
        return { status: 204 };
      },
    },
    { route: 'GET /user', answer: (call) => ok(personJson(personOf(call))) },
    {
      route: 'GET /user/emails',
      answer: (call) =>
        list(call, [personOf(call)], ({ email }) => ({ email, primary: true, verified: true, visibility: 'private' })),
    },
    {
      route: 'GET /user/installations',
      answer: (call) => {
        const installations = tokens.installationsOf(personOf(call));
        return list(call, installations, installationJson, (page) => ({
          total_count: installations.length,
          installations: page,
        }));
      },
    },
  ];
}

function asApp<Answer>({ request }: RestCall, answer: () => Answer): Answer {
  if (request.caller.kind === 'app') return answer();
  throw new Refusal(401, 'A JSON web token could not be decoded');
}

function personOf({ request }: RestCall) {
  if (request.caller.kind === 'person') return request.caller.person;
  if (request.caller.kind === 'nobody') throw new Refusal(401, 'Requires authentication');
  throw new Refusal(403, 'Resource not accessible by integration');
}

function living({ truth }: RestCall): Installation[] {
  return truth.installations.filter(({ deletedAt }) => deletedAt === null);
}

function installationOf(call: RestCall): Installation {
  const installation = call.truth.installation(Number(param(call, 'installation_id')));
  if (!installation) throw notFound();
  return installation;
}

function installationAt(call: RestCall): Installation {
  const found = living(call).find(({ organization }) => organization.login === param(call, 'org'));
  if (!found) throw notFound();
  return found;
}

function createToken(call: RestCall, tokens: Tokens): object {
  const installation = installationOf(call);
  if (installation.suspendedAt !== null) throw new Refusal(403, 'This installation has been suspended');
  const body = call.request.body.toString();
  const wanted = tokenRequest.parse(body === '' ? {} : JSON.parse(body));
  const token = tokens.create({
    installation,
    permissions: narrowPermissions(installation, wanted.permissions),
    repositoryIds: narrowRepositories(call, installation, wanted),
  });
  const repositories = call.truth.repositories.filter(({ id }) => token.repositoryIds?.has(id));
  return {
    token: token.value,
    expires_at: new Date(token.expiresAt).toISOString().replace(/\.\d+Z$/, 'Z'),
    permissions: token.permissions,
    repository_selection: token.repositoryIds ? 'selected' : installation.repositorySelection,
    ...(token.repositoryIds ? { repositories: repositories.map(repositoryJson) } : {}),
  };
}

const levels = ['read', 'write', 'admin'];

function narrowPermissions({ permissions }: Installation, wanted: Record<string, string> | undefined) {
  if (!wanted) return { ...permissions };
  for (const [name, level] of Object.entries(wanted)) {
    if (levels.indexOf(level) > levels.indexOf(permissions[name] ?? '')) {
      throw new Refusal(422, 'The permissions requested are not granted to this installation.');
    }
  }
  return { metadata: 'read', ...wanted };
}

function narrowRepositories(
  { truth }: RestCall,
  installation: Installation,
  wanted: z.infer<typeof tokenRequest>,
): ReadonlySet<number> | undefined {
  if (!wanted.repositories && !wanted.repository_ids) return undefined;
  const repositories = truth.visibleTo(installation);
  const byName = wanted.repositories?.map((name) => repositories.find((each) => each.name === name)?.id);
  const byId = wanted.repository_ids?.map((id) => repositories.find((each) => each.id === id)?.id);
  const ids = [...(byName ?? []), ...(byId ?? [])].filter((id) => id !== undefined);
  if (ids.length < (byName ?? []).length + (byId ?? []).length) {
    throw new Refusal(
      422,
      'There is at least one repository that does not exist or is not accessible to the parent installation.',
    );
  }
  return new Set(ids);
}

function appJson(id: number): object {
  return {
    id,
    slug: 'shiplog',
    node_id: 'A_kwHOAA',
    client_id: 'Iv1.0123456789abcdef',
    name: 'Shiplog',
    description: null,
    owner: { login: 'acme', id: 1, type: 'Organization' },
    external_url: 'https://github.com/shiplog/shiplog',
    html_url: 'https://github.com/apps/shiplog',
    created_at: '2026-01-01T00:00:00Z',
    updated_at: '2026-01-01T00:00:00Z',
    permissions: {},
    events: [],
  };
}
