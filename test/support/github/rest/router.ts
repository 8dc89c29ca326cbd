import { notFound, Refusal, type StandInRequest, type StandInResponse } from '../request.ts';
import type { Truth } from '../truth/truth.ts';
import type { Route } from './route.ts';

interface Compiled extends Route {
  readonly method: string;
  readonly pattern: RegExp;
}

/** Finds the route of a request, checks that its caller may use it, and answers. */
export class Router {
  readonly #routes: readonly Compiled[];

  constructor(routes: readonly Route[]) {
    this.#routes = routes
      .map(compile)
      .toSorted((a, b) => wildcards(a) - wildcards(b) || b.route.length - a.route.length);
  }

  async answer(request: StandInRequest, truth: Truth): Promise<StandInResponse> {
    for (const route of this.#routes) {
      const match = route.method === request.method ? route.pattern.exec(request.path) : null;
      if (!match) continue;
      checkPermission(route, request);
      const named = Object.entries(match.groups ?? {}).map(
        ([name, value]) => [name, decodeURIComponent(value)] as const,
      );
      const params = Object.fromEntries(named);
      return moved(request, truth, params) ?? route.answer({ request, truth, params });
    }
    throw notFound();
  }
}

/** Whoever asks for a repository by a name that it had before is sent to its id. */
function moved(
  { apiUrl, path, query }: StandInRequest,
  truth: Truth,
  { owner, repo }: Readonly<Record<string, string>>,
): StandInResponse | undefined {
  const asked = `${owner}/${repo}`;
  const repository = repo === undefined ? undefined : truth.findRepository(asked);
  if (!repository || repository.fullName.toLowerCase() === asked.toLowerCase()) return undefined;
  const rest = path
    .split('/')
    .slice(4)
    .map((part) => `/${part}`);
  const search = query.size > 0 ? `?${query.toString()}` : '';
  const url = `${apiUrl}/repositories/${repository.id}${rest.join('')}${search}`;
  return { status: 301, body: { message: 'Moved Permanently', url }, headers: { location: url } };
}

function compile(route: Route): Compiled {
  const [method = '', path = ''] = route.route.split(' ');
  const pattern = path.replaceAll(
    /\{(\w+)\}/g,
    (_, name: string) => `(?<${name}>${hasSlashes(path, name) ? '.+' : '[^/]+'})`,
  );
  return { ...route, method, pattern: new RegExp(`^${pattern}$`) };
}

/** Names of branches and commits ranges may have slashes. */
function hasSlashes(path: string, name: string): boolean {
  return ['ref', 'branch', 'basehead'].includes(name) && path.endsWith(`{${name}}`);
}

function wildcards({ route }: Route): number {
  return route.split('{').length;
}

function checkPermission({ permission, level }: Route, { caller }: StandInRequest): void {
  if (permission === undefined) return;
  if (caller.kind === 'nobody') throw new Refusal(401, 'Requires authentication');
  if (caller.kind !== 'installation') throw new Refusal(403, 'Resource not accessible by integration');
  const granted = caller.token.permissions[permission];
  if (granted === undefined || (level === 'write' && granted === 'read')) {
    throw new Refusal(403, 'Resource not accessible by integration');
  }
}
