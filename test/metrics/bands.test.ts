import { describe, expect, it } from 'vitest';
import { bandsOf } from '../../src/metrics/bands.ts';

const [HOUR, DAY] = [3_600, 86_400];

/** Of 2024, and of 2023. */
function names(...[metric, value]: Parameters<typeof bandsOf>): string[] {
  return bandsOf(metric, value)
    .filter(({ year }) => year < 2025)
    .map(({ band }) => band);
}

describe('the bands', () => {
  it.each([
    [0, 'elite'],
    [DAY - 1, 'elite'],
    [DAY, 'high'],
    [7 * DAY, 'medium'],
    [30 * DAY, 'low'],
    [200 * DAY, 'outside the bands'],
  ])('of a lead time of %i s are %s in 2024', (value, ...expected) => {
    expect(names('lead-time', value)).toEqual(expected);
  });

  it.each([
    [2, 'elite'],
    [1, 'high'],
    [1 / 7, 'high'],
    [1 / 8, 'medium'],
    [1 / 31, 'low'],
    [0, 'outside the bands'],
  ])('of %d deployments a day are %s in 2024', (value, ...expected) => {
    expect(names('deployment-frequency', value)).toEqual(expected);
  });

  it.each([
    [0.05, 'elite', 'elite'],
    [0.08, 'between bands', 'high'],
    [0.15, 'between bands', 'medium'],
    [0.2, 'between bands', 'low'],
    [0.21, 'low', 'low'],
    [1, 'low', 'low'],
  ])('of a fail rate of %d are %s in 2024, whose rates are not in order, and %s in 2023', (value, ...expected) => {
    expect(names('change-fail-rate', value)).toEqual(expected);
  });

  it.each([
    [HOUR - 1, 'elite'],
    [HOUR, 'high or medium'],
    [2 * DAY, 'between bands'],
    [8 * DAY, 'low'],
    [31 * DAY, 'outside the bands'],
  ])('of a recovery of %i s are %s in 2024', (value, ...expected) => {
    expect(names('recovery-time', value)).toEqual(expected);
  });

  it.each([
    ['lead-time', HOUR - 1, 'score 10 of 10'],
    ['lead-time', HOUR, 'score 8 of 10'],
    ['lead-time', 3 * DAY, 'score 6 of 10'],
    ['recovery-time', 10 * DAY, 'score 4 of 10'],
    ['recovery-time', 100 * DAY, 'score 2 of 10'],
    ['lead-time', 200 * DAY, 'score 0 of 10'],
    ['deployment-frequency', 3, 'score 8 or 10 of 10'],
    ['deployment-frequency', 1, 'score 6 of 10'],
    ['deployment-frequency', 1 / 10, 'score 4 of 10'],
    ['deployment-frequency', 0, 'score 0 of 10'],
    ['change-fail-rate', 0, 'score 10.0 of 10'],
    ['change-fail-rate', 0.25, 'score 7.5 of 10'],
    ['rework-rate', 1, 'score 0.0 of 10'],
  ] as const)('of a %s of %d is, in 2025, the %s', (metric, value, expected) => {
    expect(bandsOf(metric, value)[0]).toEqual({ year: 2025, source: 'https://dora.dev/quickcheck/', band: expected });
  });

  it('name their year and their source', () => {
    expect(bandsOf('change-fail-rate', 0.01).map(({ year, source }) => [year, source])).toEqual([
      [2025, 'https://dora.dev/quickcheck/'],
      [2024, 'https://dora.dev/research/2024/dora-report/'],
      [2023, 'https://dora.dev/research/2023/dora-report/'],
    ]);
  });

  it('are none of what no report has, nor of what is not known', () => {
    expect(bandsOf('pr-size', 10)).toEqual([]);
    expect(bandsOf('lead-time', null)).toEqual([]);
  });
});
