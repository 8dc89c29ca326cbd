import {
  ForbiddenError,
  GitHubUnavailableError,
  IncompleteResponseError,
  NotFoundError,
  UnexpectedResponseError,
} from '../../errors.ts';

const refusals = [
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
    if (refusals.some((kind) => error instanceof kind)) return null;
    throw error;
  }
}
