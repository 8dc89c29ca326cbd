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
      const params = Object.entries(match.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]);
      return route.answer({ request, truth, params: Object.fromEntries(params) });
    }
    throw notFound();
  }
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
