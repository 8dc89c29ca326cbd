import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Database } from '../../../db/connection.ts';
import type { Keyring } from '../../encryption.ts';
import type { Logger } from '../../logging.ts';
import type { Queue } from '../../queue.ts';
import type { LoginDeps } from '../login/login.ts';
import type { ResolveTxt } from '../../tenancy/verify-domain.ts';
import type { Caller } from './caller.ts';
import type { RateLimits } from './rate-limit.ts';
import type { StaleEvents } from './stale-events.ts';
import type { Standing } from './standing.ts';

export interface ApiDeps {
  readonly db: Database;
  readonly queue: Queue;
  readonly log: Logger;
  /** Whether there is a GitHub to sync with. */
  readonly connected: boolean;
  /** Unset: nobody is the operator. */
  readonly operatorToken: string | undefined;
  /** The address that people use; links are made of it. */
  readonly publicUrl?: string | undefined;
  /** None unless given: `X-Forwarded-For` is then anybody's word. */
  readonly trustedProxies?: number | undefined;
  /** Others in tests. */
  readonly rateLimits?: RateLimits | undefined;
  /** Undefined: nobody can log in. */
  readonly login?: LoginDeps | undefined;
  readonly events: StaleEvents;
  /** Undefined: what would have to be encrypted is not kept. */
  readonly keyring?: Keyring | undefined;
  /** Asks the Domain Name System; another one in tests. */
  readonly resolveTxt?: ResolveTxt;
}

/** What a request carries. */
export interface ApiEnv {
  /** What Node's server passes; nothing in a test without one. */
  Bindings: { incoming?: { socket: { remoteAddress?: string | undefined } } };
  Variables: {
    requestId: string;
    db: Database;
    /** Where a request comes from; null in a test without a server. */
    address: string | null;
    /** Undefined: a stranger. */
    caller: Caller | undefined;
    /** Set where an operation is of an organization and its caller may call it. */
    standing: Standing | undefined;
    publicUrl: string | undefined;
    keyring: Keyring | undefined;
    /** The organization whose own domain was asked; undefined elsewhere. */
    servedTenantId: number | undefined;
  };
}

export type Api = OpenAPIHono<ApiEnv>;
