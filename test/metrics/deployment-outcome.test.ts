import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { defaultDefinition } from '../../src/metrics/definition.ts';
import { isProduction } from '../../src/metrics/deployment-outcome.ts';
import { globExpression } from '../../src/metrics/glob.ts';
import { createTestDatabase } from '../support/database.ts';

const { db } = await createTestDatabase();

it.each([
  ['production', null, true],
  ['Production', false, true],
  ['PROD', null, true],
  ['live', null, true],
  ['prod-eu', null, true],
  ['prod_us', null, true],
  ['eu-prod', null, true],
  ['eu_prod', null, true],
  ['shop-production', null, true],
  ['edge', true, true],
  ['staging', null, false],
  ['staging', false, false],
  ['preproduction', null, false],
  ['products', null, false],
  ['production-preview', null, false],
  ['live-demo', null, false],
  ['shop_production', null, false],
])('takes environment %s with production_environment %s as production: %s', async (environment, flag, expected) => {
  const { rows } = await sql<{ production: boolean }>`
    select ${isProduction(sql`${globExpression(defaultDefinition.production_environments)}`)} as production
    from (values (${environment}::text, ${flag}::boolean)) d (environment, production_environment)`.execute(db);
  expect(rows).toEqual([{ production: expected }]);
});
