import type { Facts } from '../facts/facts.ts';
import type { InstallationClient, InstallationRef } from '../github/github.ts';

/** What is synced of a repository, each with a cursor of its own. */
export const entities = [
  'repository',
  'branches',
  'commits',
  'pull_requests',
  'review_comments',
  'issues',
  'releases',
  'deployments',
  'workflow_runs',
] as const;
export type EntityName = (typeof entities)[number];

export interface PageRequest {
  readonly github: InstallationClient;
  /** Whose client that is: for what is asked beside it, such as a token to clone with. */
  readonly installation: InstallationRef;
  readonly repository: { readonly id: number; readonly owner: string; readonly name: string };
  /** Null for the first page, which has the newest. */
  readonly cursor: string | null;
  /** Most of what one page may ask for; smaller after a timeout. At most 100. */
  readonly pageSize: number;
}

export interface Page {
  readonly facts: readonly Facts[];
  /** Null at the end. */
  readonly cursor: string | null;
  /** How many items it had, and how many there are in all, where GitHub tells. */
  readonly items: number;
  readonly total: number | null;
  /**
   * The time by which GitHub orders the list, of the last item: whoever wants no older ones stops there. Null where
   * the order says nothing of changes: then the list is read to its end.
   */
  readonly oldest: string | null;
}

/** One kind of thing that a repository has, page by page, the newest first, as the facts that its events come to. */
export interface Entity {
  readonly name: EntityName;
  /** The GitHub App's permission without which it can not be read; it is marked then, and the others go on. */
  readonly permission: string;
  readPage(request: PageRequest): Promise<Page>;
}
