import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, inject } from 'vitest';
import { connect, type Database } from '../../db/connection.ts';

export interface TestDatabase {
  /** The application's connections. */
  db: Database;
  /** As the database's owner. */
  url: string;
  superuserUrl: string;
}

// Any number: one copy of the template at a time.
const COPYING = 1;

/** A database of its own, migrated, that goes when the test file is done. */
export async function createTestDatabase(): Promise<TestDatabase> {
  return createDatabaseFrom('shiplog_template');
}

/** The same without a single table. */
export async function createEmptyDatabase(): Promise<TestDatabase> {
  return createDatabaseFrom('template1');
}

async function createDatabaseFrom(template: string): Promise<TestDatabase> {
  const { superuserUrl, ownerUrl } = inject('server');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await runAsSuperuser(superuserUrl, [
    `select pg_advisory_lock(${COPYING})`,
    `create database ${name} template ${template} strategy file_copy owner shiplog`,
  ]);
  const url = withDatabase(ownerUrl, name);
  const db = connect({ url });
  afterAll(async () => {
    await db.destroy();
    await runAsSuperuser(superuserUrl, [`drop database ${name} with (force)`]);
  });
  return { db, url, superuserUrl: withDatabase(superuserUrl, name) };
}

function withDatabase(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

async function runAsSuperuser(superuserUrl: string, statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
