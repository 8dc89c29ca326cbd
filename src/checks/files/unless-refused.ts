import {
  ConflictError,
  ForbiddenError,
  GitHubUnavailableError,
  IncompleteResponseError,
  NotFoundError,
  UnexpectedResponseError,
} from '../../errors.ts';

const refusals = [
  ConflictError,
  ForbiddenError,
  NotFoundError,
  GitHubUnavailableError,
  IncompleteResponseError,
  UnexpectedResponseError,
];

/** A check run goes without what GitHub does not tell, and so is never kept waiting by it. */
export async function unlessRefused<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (isRefusal(error)) return null;
    throw error;
  }
}

export function isRefusal(error: unknown): boolean {
  return refusals.some((kind) => error instanceof kind);
}
