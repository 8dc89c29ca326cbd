export { ConfigError } from '../db/config-error.ts';

/** There is no such thing, or it is another tenant's. */
export class NotFoundError extends Error {
  override readonly name = 'NotFoundError';
}

/** It is known who asks, and that they may not. */
export class ForbiddenError extends Error {
  override readonly name = 'ForbiddenError';
}

/** The thing has changed, or is in a state in which this can not be done. */
export class ConflictError extends Error {
  override readonly name = 'ConflictError';
}

/** A payload that is not of its event's shape; trying again will not help. */
export class InvalidPayloadError extends Error {
  override readonly name = 'InvalidPayloadError';
}
