import { describe, expect, it } from 'vitest';
import { fakeEntity } from '../support/fake-installation.ts';
import { readRows } from '../support/rows.ts';
import { createSyncEngine } from '../support/sync-engine.ts';

const engine = await createSyncEngine();
const { sources, entities, requests } = engine;
const now = new Date();

describe('a backfill', () => {
  it('reads the list of repositories, then what is recent by last push, then the rest', async () => {
    sources.repositories = [
      { id: 1, name: 'old', pushedAt: '2026-01-01T00:00:00Z' },
      { id: 2, name: 'new', pushedAt: '2026-02-01T00:00:00Z' },
    ];
    entities.push(fakeEntity(sources, { name: 'issues', count: 250, newest: now }));
    await engine.install(1);
    await engine.backfill({ tenantId: 1, reason: 'installation' });
    await engine.runJobs();
    const issues = requests.filter((request) => request === 'repositories' || request.endsWith('issues'));
    expect(issues).toEqual([
      'repositories',
      'new issues',
      'old issues',
      'new issues',
      'new issues',
      'old issues',
      'old issues',
    ]);
    const rows = await readRows(engine.db, 1);
    expect(rows['issues']).toHaveLength(500);
    expect(
      (await engine.readCursors(1)).map(({ entity, state, items, total }) => ({ entity, state, items, total })),
    ).toContainEqual({ entity: 'issues', state: 'done', items: 250, total: 250 });
  });
});
