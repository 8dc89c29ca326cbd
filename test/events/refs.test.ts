import { describe, expect, it } from 'vitest';
import { repositoryEvent } from '../support/payloads.ts';
import { factsOf } from '../support/webhook-event.ts';

const at = '2026-03-02T10:00:00.000Z';
const payload = (ref_type: string) => ({
  ref: 'v1/a',
  ref_type,
  ...repositoryEvent({ repository: { pushedAt: at } }),
});

describe('create', () => {
  it.each([
    ['branch', 'branches', { head_sha: null }],
    ['tag', 'tags', { sha: null }],
  ] as const)('says that a %s is there, and less than any push does', (type, table, nowhere) => {
    const observed = { at: '1970-01-01T00:00:00.000Z', rank: 0, deleted_at: null, ...nowhere };
    expect(factsOf('create', payload(type))[table]).toEqual([{ repository_id: 9_000, name: 'v1/a', observed }]);
  });
});

describe('delete', () => {
  it.each([
    ['branch', 'branches', { head_sha: null }],
    ['tag', 'tags', { sha: null }],
  ] as const)('says that a %s is gone, unless it was pushed in the same second', (type, table, nowhere) => {
    const observed = { at, rank: 0, deleted_at: at, ...nowhere };
    expect(factsOf('delete', payload(type))[table]).toEqual([{ repository_id: 9_000, name: 'v1/a', observed }]);
  });
});
