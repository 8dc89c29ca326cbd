import { type RawBuilder, sql } from 'kysely';

/** Whose access: everybody's; or that of some people, or in some repositories. */
export type AccessScope = 'all' | { readonly people: readonly number[] } | { readonly repositories: readonly number[] };

/** The condition that a row's columns are in the scope. */
export function inScope(scope: AccessScope, columns: { repository?: string; person?: string }): RawBuilder<boolean> {
  if (scope === 'all') return sql`true`;
  if ('people' in scope) {
    return columns.person ? sql`${sql.ref(columns.person)} = any(${scope.people}::bigint[])` : sql`true`;
  }
  return columns.repository ? sql`${sql.ref(columns.repository)} = any(${scope.repositories}::bigint[])` : sql`true`;
}
