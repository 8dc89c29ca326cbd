import type { GraphQLError } from 'graphql';
import { z } from 'zod';
import type { Trouble } from '../faults.ts';
import type { RateLimits } from '../rate-limits.ts';
import { Refusal, type StandInRequest, type StandInResponse } from '../request.ts';
import type { InstallationToken } from '../tokens.ts';
import type { Truth } from '../truth/truth.ts';
import { failure, formatError } from './failure.ts';
import { type PreparedQuery, prepareQuery, runQuery } from './query.ts';

const payload = z.object({
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).nullish(),
});

export interface GraphqlParts {
  readonly truth: Truth;
  readonly rateLimits: RateLimits;
  readonly violate: (violation: string) => void;
  readonly count: (query: PreparedQuery) => void;
}

/** What `POST /graphql` answers; a trouble of a test changes that. */
export async function answerGraphql(
  request: StandInRequest,
  { truth, rateLimits, violate, count }: GraphqlParts,
  trouble: Trouble | undefined,
): Promise<StandInResponse> {
  const token = requireToken(request);
  const prepared = prepareQuery(readPayload(request));
  if (!('document' in prepared)) {
    for (const { message } of prepared) violate(`GraphQL: ${message}`);
    return errors(prepared);
  }
  const caller = `installation ${token.installation.id}`;
  const { points, nodes } = prepared.cost;
  if (!rateLimits.spend({ caller, resource: 'graphql', cost: points })) {
    return errors([failure('RATE_LIMITED', `API rate limit exceeded for installation ID ${token.installation.id}.`)]);
  }
  count(prepared);
  const { limit, used, resetAt } = rateLimits.find(caller, 'graphql');
  const rateLimit = {
    cost: points,
    limit,
    used,
    nodeCount: nodes,
    remaining: Math.max(0, limit - used),
    resetAt: new Date(resetAt).toISOString(),
  };
  const result = await runQuery(prepared, { truth, token, rateLimit }, (field) => violate(`GraphQL: no ${field} here`));
  const data = result.data ?? null;
  const failures = [...(result.errors ?? [])];
  if (trouble?.kind === 'partial') {
    blank(data, trouble.field);
    failures.push(failure(trouble.type ?? 'SERVICE_UNAVAILABLE', trouble.message ?? 'Something went wrong.'));
  }
  return { status: 200, body: failures.length > 0 ? { data, errors: failures.map(formatError) } : { data } };
}

/** Of a GraphQL request, for faults and the list of requests; undefined for others. */
export function readOperation(body: Buffer): {
  operation: string | undefined;
  document: string;
  variables: Record<string, unknown>;
} {
  const { query, variables } = payload.parse(JSON.parse(body.toString()));
  return { operation: /(?:query|mutation)\s+(\w+)/.exec(query)?.[1], document: query, variables: variables ?? {} };
}

export function errors(list: readonly GraphQLError[]): StandInResponse {
  return { status: 200, body: { errors: list.map(formatError) } };
}

function readPayload({ body }: StandInRequest) {
  const { query, variables } = payload.parse(JSON.parse(body.toString()));
  return { query, variables: variables ?? {} };
}

function requireToken({ caller }: StandInRequest): InstallationToken {
  if (caller.kind === 'installation') return caller.token;
  throw new Refusal(caller.kind === 'nobody' ? 401 : 403, 'This endpoint requires you to be authenticated.');
}

function blank(value: unknown, field: string): void {
  if (typeof value !== 'object' || value === null) return;
  for (const key of Object.keys(value)) {
    if (key === field) Reflect.set(value, key, null);
    else blank(Reflect.get(value, key), field);
  }
}
