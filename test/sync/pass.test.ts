import { describe, expect, it } from 'vitest';
import { afterPage } from '../../src/sync/pass.ts';
import type { SyncCursor } from '../../src/sync/sync-cursor.ts';

const day = (n: number) => new Date(`2026-03-${String(n).padStart(2, '0')}T00:00:00Z`);

const fresh: SyncCursor = {
  repository_id: 1,
  entity: 'issues',
  state: 'pending',
  phase: 'recent',
  floor: null,
  again: false,
  cursor: null,
  page_size: 100,
  pass_started_at: null,
  covered_from: null,
  covered_until: null,
  items: 0,
  total: null,
  requests: 0,
  worked_ms: 0,
  attempts: 0,
  error: null,
};

function read(cursor: SyncCursor, pages: number, horizonDays: number | null): SyncCursor {
  let at = cursor;
  for (let page = 1; page <= pages; page += 1) {
    const next = page === pages ? null : String(page);
    const read = { cursor: next, items: 100, total: null, oldest: day(9).toISOString() };
    at = afterPage(at, { page: read, startedAt: day(10), requests: 1, workedMs: 1 }, horizonDays);
  }
  return at;
}

describe('what a pass counts', () => {
  it.each([null, 30])('is all that it reads, with a horizon of %s days', (horizonDays) => {
    const first = read(fresh, 3, horizonDays);
    expect(first).toMatchObject({ state: 'done', items: 300 });
    const again = { ...first, state: 'pending' as const, floor: null, pass_started_at: null, items: 0 };
    expect(read(again, 3, horizonDays)).toMatchObject({ state: 'done', items: 300 });
  });

  it('is not counted again by the short pass that follows', () => {
    const first = read({ ...fresh, again: true }, 3, null);
    expect(first).toMatchObject({ state: 'pending', floor: day(10), items: 300 });
    expect(read(first, 1, null)).toMatchObject({ state: 'done', items: 300 });
  });
});
