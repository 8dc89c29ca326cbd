import { expect, it } from 'vitest';
import { sql } from 'kysely';
import { createTestDatabase } from '../support/database.ts';
it('x', async () => {
  const t = performance.now();
  const [{ db }] = await Promise.all([
    createTestDatabase(),
    createTestDatabase(),
    createTestDatabase(),
    createTestDatabase(),
  ]);
  console.log(performance.now() - t);
  expect((await sql`select current_user, count(*) from deliveries`.execute(db)).rows).toEqual([
    { current_user: 'shiplog_instance', count: 0 },
  ]);
});
