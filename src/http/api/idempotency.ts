import { createHash } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import type { Context, MiddlewareHandler } from 'hono';
import type { StatusCode } from 'hono/utils/http-status';
import { withTenant } from '../../../db/tenant.ts';
import { type Keyring, SealedValueError } from '../../encryption.ts';
import { giveBackKey, keepAnswer, NO_TENANT, takeKey } from '../../tenancy/idempotency-keys.ts';
import { problemResponse } from '../problem.ts';
import type { ApiEnv } from './api-env.ts';
import { type Caller, callerOf } from './caller.ts';

const HEADER = 'idempotency-key';
const COLUMN = 'idempotency_keys.answer';

export const idempotencyHeaders = z.object({
  [HEADER]: z.string().min(1).max(255).optional().openapi({
    description:
      'A key of your own, such as a UUID. With the same key, within a day, the request is done once, and its first answer given again (`Idempotency-Replayed`). 422 for another request with it, 409 while the first one is at work.',
  }),
});

const answerSchema = z.object({ type: z.string().nullable(), body: z.string() });

/** Does a request with an `Idempotency-Key` once, for each caller of each organization. */
export const onlyOnce: MiddlewareHandler<ApiEnv> = async (c, next) => {
  const key = c.req.header(HEADER);
  // A key that is no key, the route's own check refuses.
  if (key === undefined || !idempotencyHeaders.safeParse({ [HEADER]: key }).success) return next();
  const { db } = c.var;
  const tenantId = c.var.standing?.org.tenant_id ?? NO_TENANT;
  const keyHash = hash(nameOf(callerOf(c)), key);
  const requestHash = hash(c.req.method, c.req.path, Buffer.from(await c.req.arrayBuffer()));
  const known = await withTenant(db, tenantId, (trx) => takeKey(trx, tenantId, { keyHash, requestHash }));
  if (known.state === 'other_request') {
    return problemResponse(c, {
      status: 422,
      detail: 'This Idempotency-Key was sent with another request: take a new one.',
    });
  }
  if (known.state === 'in_flight') {
    const detail = 'The request with this Idempotency-Key is at work. Ask again in a moment.';
    return problemResponse(c, { status: 409, detail, headers: { 'retry-after': '1' } });
  }
  if (known.state === 'done') return giveAgain(c, tenantId, known);
  await next();
  const { status } = c.res;
  // What failed on our side was perhaps not done.
  if (status >= 500) return withTenant(db, tenantId, (trx) => giveBackKey(trx, tenantId, keyHash));
  const kept = { type: c.res.headers.get('content-type'), body: await c.res.clone().text() };
  const answer = c.var.keyring?.seal(JSON.stringify(kept), { tenantId, column: COLUMN }) ?? null;
  return withTenant(db, tenantId, (trx) => keepAnswer(trx, tenantId, keyHash, { status, answer }));
};

interface Done {
  readonly status: number;
  readonly answer: Buffer | null;
}

function giveAgain(c: Context<ApiEnv>, tenantId: number, { status, answer }: Done): Response {
  const kept = openAnswer(c.var.keyring, tenantId, answer);
  if (!kept) {
    const detail = `The request with this Idempotency-Key was done, and answered with ${status}; the answer is not kept here.`;
    return problemResponse(c, { status: 409, detail });
  }
  return c.newResponse(kept.body, {
    status: status as StatusCode,
    headers: { ...(kept.type !== null && { 'content-type': kept.type }), 'idempotency-replayed': 'true' },
  });
}

function openAnswer(keyring: Keyring | undefined, tenantId: number, answer: Buffer | null) {
  if (!keyring || answer === null) return undefined;
  try {
    return answerSchema.parse(JSON.parse(keyring.open(answer, { tenantId, column: COLUMN })));
  } catch (error) {
    if (error instanceof SealedValueError) return undefined;
    throw error;
  }
}

function nameOf(caller: Caller): string {
  if (caller.kind === 'operator') return 'operator';
  return caller.kind === 'token' ? `token ${caller.token.tokenId}` : `person ${caller.session.userId}`;
}

/** Of parts that none can be taken for another. */
function hash(...parts: readonly (string | Buffer)[]): string {
  const digest = createHash('sha256');
  for (const part of parts) digest.update(`${Buffer.byteLength(part)}:`).update(part);
  return digest.digest('hex');
}
