import { expect, it } from 'vitest';
import { setDefaultPlan } from '../../db/default-plan.ts';
import { createTestDatabase } from '../support/database.ts';
import { query } from '../support/embedded-process.ts';
import { storeFacts } from '../support/api.ts';

const { db, url } = await createTestDatabase();

it('the plan of a new tenant is the one that is configured; those that are there keep theirs', async () => {
  await storeFacts(db, 1, 'acme');
  await setDefaultPlan(url, 'free');
  await storeFacts(db, 2, 'globex');
  await storeFacts(db, 1, 'acme-renamed');
  await setDefaultPlan(url, 'free');
  await setDefaultPlan(url, 'pro');
  await storeFacts(db, 3, 'initech');
  expect(await query(url, 'select plan from tenants order by tenant_id')).toEqual([
    { plan: 'enterprise' },
    { plan: 'free' },
    { plan: 'pro' },
  ]);
});

it('is never anything but a name', async () => {
  await expect(setDefaultPlan(url, "free'; drop table tenants; --")).rejects.toThrow('not the name of a plan');
});
