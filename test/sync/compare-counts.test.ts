import { describe, expect, it } from 'vitest';
import type { RepositoryCounts } from '../../src/github/documents/repository-counts.ts';
import { compareCounts, type Step, type StoredCount, type StoredCounts } from '../../src/sync/compare-counts.ts';

const COVERED = new Date('2026-03-01T12:00:00.500Z');
const count = (stored: number, last?: StoredCount['last']): StoredCount => ({ stored, coveredUntil: COVERED, last });

function stored(counts: Partial<StoredCounts['counts']>, head = 'a'): StoredCounts {
  const none = count(0);
  return {
    repositoryId: 1,
    head,
    counts: { branches: none, pull_requests: none, issues: none, releases: none, deployments: none, ...counts },
  };
}

function remote(
  totals: Partial<Record<'issues' | 'deployments' | 'pullRequests', number>>,
  more = {},
): RepositoryCounts {
  const counted = Object.entries(totals).map(([name, totalCount]) => [name, { totalCount, nodes: [] }]);
  return { databaseId: 1, ...Object.fromEntries(counted), ...more };
}

const steps = (...args: Parameters<typeof compareCounts>) => compareCounts(...args).checks.map(({ step }) => step);
const complete = { complete: true };

describe('counts', () => {
  it('that agree ask for nothing', () => {
    const comparison = compareCounts(stored({ issues: count(3) }), remote({ issues: 3 }), complete);
    expect(comparison).toEqual({
      checks: [{ entity: 'issues', stored: 3, total: 3, step: 'none' }],
      gap: false,
      full: [],
      listed: [],
    });
  });

  it.each<[Step | undefined, Step]>([
    [undefined, 'gap'],
    ['none', 'gap'],
    ['gap', 'full'],
    ['full', 'full'],
    ['listed', 'gap'],
  ])('that are too few, after %s, ask for %s', (step, next) => {
    const last = step && { stored: 2, total: 3, step };
    expect(steps(stored({ issues: count(2, last) }), remote({ issues: 3 }), complete)).toEqual([next]);
  });

  it('that stay too few after everything was read ask for nothing more, until they change', () => {
    const last = { stored: 2, total: 3, step: 'full' } as const;
    expect(compareCounts(stored({ issues: count(2, last) }), remote({ issues: 3 }), complete)).toMatchObject({
      gap: false,
      full: [],
    });
    expect(compareCounts(stored({ issues: count(2, last) }), remote({ issues: 4 }), complete)).toMatchObject({
      gap: true,
    });
  });

  it('that are too many ask which are gone, but of deployments, which have happened', () => {
    const comparison = compareCounts(
      stored({ issues: count(4), deployments: count(4) }),
      remote({ issues: 3, deployments: 3 }),
      complete,
    );
    expect(comparison).toMatchObject({ gap: false, full: [], listed: ['issues'] });
  });

  it('ask for nothing while they are read, and are not expected to agree where history is left out', () => {
    const reading = { ...count(1), coveredUntil: null };
    expect(steps(stored({ issues: reading }), remote({ issues: 3 }), complete)).toEqual(['none']);
    expect(steps(stored({ issues: count(1) }), remote({ issues: 3 }), { complete: false })).toEqual(['none']);
  });
});

const changedAt = (updatedAt: string) =>
  compareCounts(
    stored({ issues: count(1) }),
    remote({}, { issues: { totalCount: 1, nodes: [null, { updatedAt }] } }),
    complete,
  ).gap;

const withHead = (oid: string) => remote({}, { defaultBranchRef: { name: 'main', target: { oid } } });

describe('a change', () => {
  it.each([
    ['2026-03-01T11:59:59Z', false],
    // The second in which the pass began: it may have been too early.
    ['2026-03-01T12:00:00Z', true],
    ['2026-03-01T12:00:01Z', true],
  ])('at %s asks for what is new: %s', (at, gap) => {
    expect(changedAt(at)).toBe(gap);
  });

  it('of the default branch does so, too', () => {
    expect(compareCounts(stored({}, 'a'), withHead('a'), complete).gap).toBe(false);
    expect(compareCounts(stored({}, 'a'), withHead('b'), complete).gap).toBe(true);
  });
});
