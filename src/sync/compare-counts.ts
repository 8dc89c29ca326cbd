import type { RepositoryCounts } from '../github/documents/repository-counts.ts';
import type { EntityName } from './entity.ts';

/** What GitHub tells a total of. */
export const countedEntities = ['branches', 'pull_requests', 'issues', 'releases', 'deployments'] as const;
export type CountedEntity = (typeof countedEntities)[number];

/** What is known to be missing, or not. */
export const checkedEntities = [...countedEntities, 'commits'] as const;
export type CheckedEntity = (typeof checkedEntities)[number];

/** What was done about a difference, each once as long as it brings nothing. */
export type Step = 'none' | 'gap' | 'full' | 'listed';

/** An entity of a repository, as it stands here. */
export interface StoredCount {
  readonly stored: number;
  /** The start of the last completed pass; null: none was completed, or one is at work. */
  readonly coveredUntil: Date | null;
  /** As of the last comparison. */
  readonly last: { readonly stored: number; readonly total: number; readonly step: Step } | undefined;
}

export interface StoredCounts {
  readonly repositoryId: number;
  /** The head of the default branch. */
  readonly head: string | null;
  readonly counts: Readonly<Record<CountedEntity, StoredCount>>;
}

export interface CountCheck {
  readonly entity: CountedEntity;
  readonly stored: number;
  readonly total: number;
  readonly step: Step;
}

export interface Comparison {
  readonly checks: readonly CountCheck[];
  /** Something changed since the last pass, or is missing: read what is new. */
  readonly gap: boolean;
  /** Reading what is new did not bring what is missing: read everything of these. */
  readonly full: readonly EntityName[];
  /** There is more here than on GitHub: see what is still there. */
  readonly listed: readonly CountedEntity[];
}

/** Those of which what GitHub removed is removed here. A deployment that GitHub forgot has happened all the same. */
const removable: ReadonlySet<CountedEntity> = new Set(['branches', 'issues', 'releases']);

/**
 * What to do so that a repository is as GitHub has it. The cheapest comes first, and the next only when that brought
 * nothing: reading what is new since the last pass, reading everything, and last what GitHub does not have any more.
 * @param complete false when older history is left out on purpose: then less is stored than there is
 */
export function compareCounts(
  stored: StoredCounts,
  remote: RepositoryCounts,
  { complete }: { complete: boolean },
): Comparison {
  const checks = countedEntities.flatMap((entity) => {
    const total = totalOf(remote, entity);
    return total === undefined ? [] : [checkCount(entity, { count: stored.counts[entity], total, complete })];
  });
  const fresh = checks.filter((check) => isFresh(check, stored.counts[check.entity].last));
  return {
    checks,
    gap: fresh.some(({ step }) => step === 'gap') || hasChanged(stored, remote),
    full: fresh.filter(({ step }) => step === 'full').map(({ entity }) => entity),
    listed: fresh.filter(({ step }) => step === 'listed').map(({ entity }) => entity),
  };
}

interface Compared {
  readonly count: StoredCount;
  readonly total: number;
  readonly complete: boolean;
}

function checkCount(entity: CountedEntity, { count, total, complete }: Compared): CountCheck {
  const { stored } = count;
  return { entity, stored, total, step: nextStep(entity, { count, total, complete }) };
}

function nextStep(entity: CountedEntity, { count, total, complete }: Compared): Step {
  const { stored, coveredUntil, last } = count;
  if (stored === total) return 'none';
  // Nobody knows yet what is missing.
  if (coveredUntil === null) return last?.step ?? 'none';
  if (stored > total) return removable.has(entity) ? 'listed' : 'none';
  if (!complete) return 'none';
  if (last?.step === 'gap') return 'full';
  return last?.step === 'full' && isSame({ stored, total }, last) ? 'full' : 'gap';
}

type Counts = Pick<CountCheck, 'stored' | 'total'>;

function isSame(a: Counts, b: Counts): boolean {
  return a.stored === b.stored && a.total === b.total;
}

/** A step that was taken and left everything as it was is not taken again. */
function isFresh(check: CountCheck, last: StoredCount['last']): boolean {
  return check.step !== last?.step || !isSame(check, last);
}

function hasChanged({ head, counts }: StoredCounts, remote: RepositoryCounts): boolean {
  const changes: [CountedEntity, string | null | undefined][] = [
    ['branches', remote.pushedAt],
    ['releases', latestOf(remote.releases)],
    ['pull_requests', latestOf(remote.pullRequests)],
    ['issues', latestOf(remote.issues)],
    ['deployments', latestOf(remote.deployments)],
  ];
  const remoteHead = remote.defaultBranchRef?.target?.oid;
  const moved = remoteHead !== undefined && remoteHead !== head && counts.branches.coveredUntil !== null;
  return moved || changes.some(([entity, at]) => isAfter(at, counts[entity].coveredUntil));
}

/** GitHub's times are whole seconds: in the second in which the pass began, it may have been too early. */
function isAfter(at: string | null | undefined, coveredUntil: Date | null): boolean {
  return at != null && coveredUntil !== null && Date.parse(at) >= Math.floor(coveredUntil.getTime() / 1_000) * 1_000;
}

function latestOf(counted: RepositoryCounts['issues']): string | undefined {
  return counted?.nodes
    ?.flatMap((node) => (node ? [node.updatedAt] : []))
    .toSorted()
    .at(-1);
}

function totalOf(remote: RepositoryCounts, entity: CountedEntity): number | undefined {
  const counted = { ...remote, pull_requests: remote.pullRequests }[entity];
  return counted?.totalCount;
}
