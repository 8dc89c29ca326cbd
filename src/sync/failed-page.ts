import { ForbiddenError, GitHubUnavailableError, IncompleteResponseError, NotFoundError } from '../errors.ts';
import type { SyncCursor } from './sync-cursor.ts';

const MOST_TRIES_IF_INCOMPLETE = 10;
const MOST_TRIES = 5;
const FIRST_RETRY_S = 5;
const LONGEST_RETRY_S = 900;
const LONGEST_ERROR = 2_000;

export interface AfterFailure {
  readonly cursor: SyncCursor;
  /** After how many seconds it is tried again. */
  readonly retryInS: number;
}

/**
 * Where the cursor stands after a page that could not be read or stored. While GitHub is down it is tried again
 * without end, each time for half as much: an outage is no fault of the page. An answer that is not whole gets ten tries
 * over half an hour, a page that can not be read five.
 */
export function afterFailure(cursor: SyncCursor, error: unknown): AfterFailure {
  const text = describe(error);
  if (error instanceof NotFoundError) return { cursor: { ...cursor, state: 'gone', error: null }, retryInS: 0 };
  if (error instanceof ForbiddenError) return { cursor: { ...cursor, state: 'forbidden', error: text }, retryInS: 0 };
  const attempts = cursor.attempts + 1;
  const isGitHub = error instanceof GitHubUnavailableError || error instanceof IncompleteResponseError;
  if (attempts >= mostTries(error)) {
    return { cursor: { ...cursor, state: 'failed', attempts, error: text }, retryInS: 0 };
  }
  const page_size = isGitHub ? Math.max(1, Math.floor(cursor.page_size / 2)) : cursor.page_size;
  const retryInS = Math.min(LONGEST_RETRY_S, FIRST_RETRY_S * 2 ** (attempts - 1));
  return { cursor: { ...cursor, attempts, page_size, error: text }, retryInS };
}

function mostTries(error: unknown): number {
  if (error instanceof GitHubUnavailableError) return Number.POSITIVE_INFINITY;
  return error instanceof IncompleteResponseError ? MOST_TRIES_IF_INCOMPLETE : MOST_TRIES;
}

/** Without NUL, which PostgreSQL's text can not hold. */
function describe(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.replaceAll('\0', '').slice(0, LONGEST_ERROR);
}
