export { ConfigError } from '../db/config-error.ts';

/** There is no such thing, or it is another tenant's. */
export class NotFoundError extends Error {
  override readonly name = 'NotFoundError';
}

/** It is known who asks, and that they may not. */
export class ForbiddenError extends Error {
  override readonly name = 'ForbiddenError';
}

/** The plan has no room for it. */
export class PlanLimitError extends Error {
  override readonly name = 'PlanLimitError';
  readonly limit: number;
  readonly used: number;

  constructor(message: string, { limit, used }: { limit: number; used: number }) {
    super(message);
    this.limit = limit;
    this.used = used;
  }
}

/** The thing has changed, or is in a state in which this can not be done. */
export class ConflictError extends Error {
  override readonly name = 'ConflictError';
}

/** It is not what the caller has seen last: somebody else has changed it. */
export class PreconditionFailedError extends Error {
  override readonly name = 'PreconditionFailedError';
}

/** A payload that is not of its event's shape; trying again will not help. */
export class InvalidPayloadError extends Error {
  override readonly name = 'InvalidPayloadError';
}

/** A body of another kind than can be read here. */
export class UnsupportedMediaTypeError extends Error {
  override readonly name = 'UnsupportedMediaTypeError';
}

/** GitHub's budget is used up, or a person's or token's of ours: no failed attempt, go on at `retryAt`. */
export class RateLimitedError extends Error {
  override readonly name = 'RateLimitedError';
  readonly retryAt: Date;

  constructor(message: string, { retryAt, cause }: { retryAt: Date; cause?: unknown }) {
    super(message, { cause });
    this.retryAt = retryAt;
  }
}

/** The installation is suspended, deleted, or its token revoked: whatever was to be done for it stops quietly. */
export class SuspendedError extends Error {
  override readonly name = 'SuspendedError';
}

/** GitHub does not accept the App itself, such as with a rotated private key: nobody's failed attempt, whoever asked waits. */
export class AppRefusedError extends Error {
  override readonly name = 'AppRefusedError';

  constructor(call: string) {
    super(`${call}: GitHub does not accept the App: is the private key that of APP_ID, and the clock right?`);
  }
}

/** GitHub answered 5xx or not at all. A smaller page may go through. */
export class GitHubUnavailableError extends Error {
  override readonly name = 'GitHubUnavailableError';
}

/** GitHub answered in part, with errors: nothing of it may advance a cursor. */
export class IncompleteResponseError extends Error {
  override readonly name = 'IncompleteResponseError';
}

/** GitHub's answer is not of the shape that was asked for, or it refuses what we asked; trying again will not help. */
export class UnexpectedResponseError extends Error {
  override readonly name = 'UnexpectedResponseError';
}
