import type { Facts } from '../facts/facts.ts';
import type { RepositoryFact } from '../facts/repositories.ts';
import { type PayloadRepository, repositoryFact } from '../events/payload-repository.ts';

/** A repository as it is stored. */
export interface StoredRepository {
  readonly repository_id: number;
  readonly full_name: string | null;
  readonly private: boolean | null;
  readonly default_branch: string | null;
  readonly archived: boolean | null;
  readonly fork: boolean | null;
  readonly installed: boolean | null;
  readonly installed_at: Date | null;
  readonly deleted_at: Date | null;
}

export interface RepositoryList {
  readonly repositories: readonly PayloadRepository[];
  /** Whether it shows all that the installation may see. */
  readonly whole: boolean;
  /** Whether that is all that the account has. */
  readonly selection: 'all' | 'selected';
  /** ISO 8601: before the list was read. */
  readonly startedAt: string;
}

export interface RepositoryDifferences {
  readonly facts: Facts;
  /** Those that the app may see, and that nobody told of: they have no history yet. */
  readonly appeared: readonly number[];
  /** Those that were deleted, transferred or taken from the app. */
  readonly gone: readonly number[];
  /** Those that were deleted and are there again: restored, or transferred back. */
  readonly returned: readonly number[];
}

/** What GitHub's list says that is not stored. What agrees is left as it is: its sighting has the better time. */
export function compareRepositories(
  stored: readonly StoredRepository[],
  { repositories, whole, selection, startedAt }: RepositoryList,
): RepositoryDifferences {
  const known = new Map(stored.map((row) => [row.repository_id, row]));
  const listed = new Set(repositories.map(({ id }) => id));
  const changed = repositories.filter((repository) => differs(known.get(repository.id), repository));
  const gone = whole ? stored.filter((row) => isGone(row, { listed, startedAt })) : [];
  const installed = { at: startedAt, installed: false };
  const facts: RepositoryFact[] = [
    ...changed.map((repository) => seenAt(startedAt, repository)),
    ...gone.map(({ repository_id }) => ({
      repository_id,
      installed,
      // Where the app sees all that there is, what it does not see is not there.
      ...(selection === 'all' && { deleted_at: startedAt }),
    })),
  ];
  return {
    facts: facts.length === 0 ? {} : { repositories: facts },
    appeared: repositories.filter(({ id }) => known.get(id)?.installed !== true).map(({ id }) => id),
    gone: gone.map(({ repository_id }) => repository_id),
    returned: repositories.filter(({ id }) => wasDeleted(known.get(id), startedAt)).map(({ id }) => id),
  };
}

function differs(row: StoredRepository | undefined, repository: PayloadRepository): boolean {
  return (
    row?.installed !== true ||
    row.full_name !== repository.full_name ||
    row.private !== repository.private ||
    row.default_branch !== repository.default_branch ||
    row.archived !== repository.archived ||
    row.fork !== repository.fork
  );
}

/** At the list's time: the repository's own one does not move with all of its changes. */
function seenAt(at: string, repository: PayloadRepository): RepositoryFact {
  const { repository_id, named, observed } = repositoryFact(repository, 0);
  return {
    repository_id,
    ...(named && { named: { ...named, at } }),
    ...(observed && { observed: { ...observed, at } }),
    installed: { at, installed: true },
  };
}

/** One that was given to the app after the list was begun may not be on it. */
function isGone(row: StoredRepository, { listed, startedAt }: { listed: ReadonlySet<number>; startedAt: string }) {
  const since = row.installed_at?.toISOString() ?? '';
  return row.installed === true && row.deleted_at === null && !listed.has(row.repository_id) && since < startedAt;
}

function wasDeleted(row: StoredRepository | undefined, startedAt: string): boolean {
  return row?.deleted_at != null && row.deleted_at.toISOString() < startedAt;
}
