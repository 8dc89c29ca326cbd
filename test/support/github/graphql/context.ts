import type { InstallationToken } from '../tokens.ts';
import type { Repository } from '../truth/repository.ts';
import type { Truth } from '../truth/truth.ts';
import { failure } from './failure.ts';

/** One query, and who asks. */
export interface QueryContext {
  readonly truth: Truth;
  readonly token: InstallationToken;
  readonly rateLimit: object;
}

/** What a resolver reads: a property is the field's value, a function is called with its arguments. */
export type Node = Readonly<Record<string, unknown>>;

/** @throws a GraphQL error for that field when the token may not read it */
export function requirePermission({ token }: QueryContext, permission: string): void {
  if (token.permissions[permission] === undefined) throw failure('FORBIDDEN', 'Resource not accessible by integration');
}

export function visibleRepositories({ truth, token }: QueryContext): Repository[] {
  const visible = truth.visibleTo(token.installation);
  return visible.filter(({ id }) => token.repositoryIds?.has(id) ?? true);
}

export function isVisible(context: QueryContext, repository: Repository): boolean {
  return visibleRepositories(context).includes(repository);
}
