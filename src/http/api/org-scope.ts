import type { Context } from 'hono';
import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../../../db/connection.ts';
import { narrowToRepositories, type Trx, withTenant } from '../../../db/tenant.ts';
import { findReadable } from '../../access/readable-repositories.ts';
import { ForbiddenError, NotFoundError } from '../../errors.ts';
import type { ApiEnv } from './api-env.ts';
import { callerOf } from './caller.ts';
import type { Standing } from './standing.ts';

export interface Org {
  readonly tenant_id: number;
  readonly login: string;
  readonly type: 'Organization' | 'User';
  readonly plan: string;
  readonly created_at: Date;
}

/** What the caller is in the organization that the path names; only `requireAccess` lets a request come here. */
export function standingOf(c: Context<ApiEnv>): Standing {
  const { standing } = c.var;
  if (!standing) throw new Error('an operation of an organization is reached through requireAccess');
  return standing;
}

/**
 * Runs `work` inside the organization that the path names. A person sees the repositories that they may read on GitHub,
 * in every table, and no other: neither rows, nor names, nor what they add to a number.
 */
export async function inOrg<T>(c: Context<ApiEnv>, work: (trx: Trx, org: Org) => Promise<T>): Promise<T> {
  return inWholeOrg(c, async (trx, org) => {
    await narrowToCaller(c, trx, org);
    return work(trx, org);
  });
}

/** @returns whether something is hidden from the caller */
export async function narrowToCaller(c: Context<ApiEnv>, trx: Trx, org: Org): Promise<boolean> {
  const readable = await findReadableOf(c, trx, org);
  if (readable) await narrowToRepositories(trx, readable);
  return readable !== undefined;
}

/** What has every repository in it is not for whoever may not read all of them. @throws ForbiddenError */
export async function mustReadAll(c: Context<ApiEnv>, trx: Trx, { org, what }: { org: Org; what: string }) {
  if (!(await findReadableOf(c, trx, org))) return;
  throw new ForbiddenError(`${what} every repository, and you may not read all of them on GitHub.`);
}

/** A token and the operator read all of them. */
async function findReadableOf(c: Context<ApiEnv>, trx: Trx, org: Org): Promise<readonly number[] | undefined> {
  const caller = callerOf(c);
  return caller.kind === 'person' ? findReadable(trx, org.tenant_id, caller.session.userId) : undefined;
}

/** The same for what is of the organization as a whole, such as its members: repositories are none of its business. */
export async function inWholeOrg<T>(c: Context<ApiEnv>, work: (trx: Trx, org: Org) => Promise<T>): Promise<T> {
  const { org } = standingOf(c);
  return withTenant(c.var.db, org.tenant_id, (trx) => work(trx, org));
}

/** An id goes before a login of the same digits; of two with one login, the one that was seen with it last. */
export async function findOrg(db: Database, loginOrId: string): Promise<Org | undefined> {
  const id = idOf(loginOrId);
  const { rows } = await sql<Org>`
    select tenant_id, login, type, plan, created_at from tenants
    where tenant_id = ${id}::bigint or lower(login) = lower(${loginOrId})
    order by tenant_id = ${id}::bigint desc nulls last, observed_at desc limit 1`.execute(db);
  return rows[0];
}

export interface RepositoryScope {
  readonly repository_id: number;
  readonly full_name: string;
}

/**
 * The repository that a path or a filter names, by its full name, its name within the organization or its id.
 * @throws NotFoundError
 */
export async function getRepositoryScope(trx: Trx, org: Org, nameOrId: string): Promise<RepositoryScope> {
  const id = idOf(nameOrId);
  const { rows } = await sql<RepositoryScope>`
    select repository_id, full_name from repositories
    where tenant_id = ${org.tenant_id} and full_name is not null and deleted_at is null
      and (repository_id = ${id}::bigint or lower(${nameOrId}) in (lower(full_name), lower(split_part(full_name, '/', 2))))
    order by repository_id = ${id}::bigint desc nulls last, installed desc nulls last, named_at desc limit 1`.execute(
    trx,
  );
  if (!rows[0]) throw new NotFoundError(`There is no repository "${nameOrId}" in ${org.login}, or you may not see it.`);
  return rows[0];
}

/** @returns the repository's id; undefined when no filter is given */
export async function repositoryIdOf(trx: Trx, org: Org, filter: string | undefined): Promise<number | undefined> {
  return filter === undefined ? undefined : (await getRepositoryScope(trx, org, filter)).repository_id;
}

/** @returns null for what is no id: it equals none */
export function idOf(text: string): number | null {
  const id = /^-?\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(id) ? id : null;
}

/** Counts leave out what lists leave out: the repositories that are deleted, or whose name nobody has told yet. */
export function isListed(tenantId: number, repositoryId: string): RawBuilder<boolean> {
  return sql`${sql.ref(repositoryId)} <> all (array(
    select repository_id from repositories
    where tenant_id = ${tenantId} and (deleted_at is not null or full_name is null)))`;
}
