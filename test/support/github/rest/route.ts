import { notFound, Refusal, type StandInRequest, type StandInResponse } from '../request.ts';
import type { InstallationToken } from '../tokens.ts';
import type { Organization } from '../truth/organization.ts';
import type { Repository } from '../truth/repository.ts';
import type { Truth } from '../truth/truth.ts';

/** One REST call: the request, what its path named, and the truth to answer from. */
export interface RestCall {
  readonly request: StandInRequest;
  readonly params: Readonly<Record<string, string>>;
  readonly truth: Truth;
}

export interface Route {
  /** As GitHub's documentation writes it: `GET /repos/{owner}/{repo}/pulls`. */
  readonly route: string;
  /** Of an installation's token; none: whoever may call it is checked by `answer`. */
  readonly permission?: string;
  readonly level?: 'write';
  readonly answer: (call: RestCall) => StandInResponse | Promise<StandInResponse>;
}

export function param({ params }: RestCall, name: string): string {
  return params[name] ?? '';
}

export function ok(body: unknown): StandInResponse {
  return { status: 200, body };
}

/** The token of an installation; other callers have no such thing. */
export function installationToken({ request }: RestCall): InstallationToken {
  if (request.caller.kind === 'installation') return request.caller.token;
  throw new Refusal(request.caller.kind === 'nobody' ? 401 : 403, 'Resource not accessible by integration');
}

/** The repository in the path, if the token may see it. */
export function repositoryOf(call: RestCall): Repository {
  const repository = call.truth.findRepository(`${param(call, 'owner')}/${param(call, 'repo')}`);
  if (!repository || !visible(call).includes(repository)) throw notFound();
  return repository;
}

export function visible(call: RestCall): Repository[] {
  const { installation, repositoryIds } = installationToken(call);
  return call.truth.visibleTo(installation).filter(({ id }) => repositoryIds?.has(id) ?? true);
}

/** The organization in the path, if it is the installation's. */
export function organizationOf(call: RestCall): Organization {
  const { organization } = installationToken(call).installation;
  if (organization.login.toLowerCase() !== param(call, 'org').toLowerCase()) throw notFound();
  return organization;
}

/** A page of a list by `page` and `per_page`, with its `Link` header; `wrap` puts it in an object. */
export function list<Item>(
  { request }: Pick<RestCall, 'request'>,
  items: readonly Item[],
  render: (item: Item) => unknown,
  wrap: (page: unknown[]) => unknown = (page) => page,
): StandInResponse {
  const size = Math.min(100, Number(request.query.get('per_page') ?? 30));
  const page = Number(request.query.get('page') ?? 1);
  const last = Math.max(1, Math.ceil(items.length / size));
  const body = wrap(items.slice((page - 1) * size, page * size).map(render));
  const links = [
    ...(page > 1 ? [link(request, page - 1, 'prev'), link(request, 1, 'first')] : []),
    ...(page < last ? [link(request, page + 1, 'next'), link(request, last, 'last')] : []),
  ];
  return { status: 200, body, headers: links.length > 0 ? { link: links.join(', ') } : {} };
}

function link(request: StandInRequest, page: number, relation: string): string {
  const query = new URLSearchParams(request.query);
  query.set('page', String(page));
  return `<${request.apiUrl}${request.path}?${query.toString()}>; rel="${relation}"`;
}
