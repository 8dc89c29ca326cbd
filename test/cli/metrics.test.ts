import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { withTenant } from '../../db/tenant.ts';
import { recomputeTouched } from '../../src/metrics/derive/recompute.ts';
import { storeFacts } from '../support/api.ts';
import { createEmptyDatabase, createTestDatabase } from '../support/database.ts';
import { readDerived } from '../support/derived-rows.ts';
import { goldenFacts } from '../support/golden-facts.ts';
import { goldenOwner, goldens } from '../support/golden.ts';

const { db, url } = await createTestDatabase();
const example = goldens.find(({ name }) => name === 'revert');
if (!example) throw new Error('there is no such example');
await storeFacts(db, goldenOwner.id, 'acme', ...goldenFacts(example));
await recomputeTouched(db, goldenOwner.id);

const shiplog = (...args: readonly string[]) => shiplogOn(url, ...args);

async function shiplogOn(databaseUrl: string, ...args: readonly string[]) {
  const env = { PATH: process.env['PATH'], DATABASE_URL: databaseUrl };
  const child = spawn(process.execPath, ['src/cli/shiplog.ts', ...args], { env });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: child.exitCode, stdout, stderr };
}

const window = ['--from', '2026-03-01', '--to', '2026-03-29'];

it('prints the metrics of an organization, the same before and after a recompute', async () => {
  const { code, stdout } = await shiplog('metrics', 'acme', '--repository', 'shop', ...window);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^ {2}deployment-frequency +0\.14 a day +not known +4$/m);
  expect(stdout).toMatch(/^ {2}lead-time +2\.5 h +not known +3$/m);
  expect(stdout).toMatch(/^ {2}change-fail-rate +25\.0 % +not known +4$/m);
  const before = await shiplog('metrics', 'acme', ...window, '--json');
  expect(JSON.parse(before.stdout)).toMatchObject({
    metrics: expect.arrayContaining([expect.objectContaining({ value: 0.25 })]),
  });
  expect(await shiplog('recompute', 'ACME')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^acme: 17 rows of 1 repository in \d+\.\d s, none differed\n$/),
  });
  expect(await shiplog('metrics', 'acme', ...window, '--json')).toEqual(before);
});

it('says which rows a recompute found wrong, and puts them right', async () => {
  const before = await readDerived(db, goldenOwner.id);
  await breakRows();
  expect((await shiplog('recompute')).stdout).toMatch(
    /^acme: 17 rows of 1 repository in \d+\.\d s\. Rows that differed, and are right now:\n {2}deployment_changes +2\n {2}merged_pull_requests +1\n$/,
  );
  expect(await readDerived(db, goldenOwner.id)).toEqual(before);
  await breakRows();
  const { stdout } = await shiplog('recompute', 'acme', '--json');
  expect(JSON.parse(stdout)).toMatchObject({
    org: 'acme',
    repositories: 1,
    tables: expect.arrayContaining([
      { table: 'deployment_changes', rows: before['deployment_changes']?.length, differed: 2 },
      { table: 'incidents', rows: 0, differed: 0 },
    ]),
  });
});

function breakRows(): Promise<void> {
  return withTenant(db, goldenOwner.id, async (trx) => {
    await sql`
      delete from deployment_changes where ctid in (
        select ctid from deployment_changes where tenant_id = ${goldenOwner.id} limit 2)`.execute(trx);
    await sql`
      update merged_pull_requests set reviews = 9 where number = (
        select min(number) from merged_pull_requests where tenant_id = ${goldenOwner.id})`.execute(trx);
  });
}

it('takes a team, a comparison and a time zone, as the API does', async () => {
  const dates = [...window, '--time-zone', 'Europe/Berlin', '--compare', '2026-01-01..2026-02-01'];
  const { stdout } = await shiplog('metrics', 'acme', '--repository', 'ACME/shop', ...dates, '--json');
  expect(JSON.parse(stdout)).toMatchObject({
    metrics: expect.arrayContaining([
      expect.objectContaining({
        window: { from: '2026-02-28T23:00:00.000Z', to: '2026-03-28T23:00:00.000Z' },
        comparison: expect.objectContaining({ from: '2025-12-31T23:00:00.000Z' }),
      }),
    ]),
  });
  expect((await shiplog('metrics', 'acme', ...dates)).stdout).toContain('2026-03-01 to 2026-03-29, Europe/Berlin');
  expect((await shiplog('metrics', 'acme', '--team', 'none')).stderr).toContain('There is no team "none" in acme');
  expect((await shiplog('metrics', 'acme', '--time-zone', 'Nowhere')).stderr).toContain(
    '--time-zone Nowhere is not a time zone such as Europe/Berlin.',
  );
  expect((await shiplog('metrics', 'acme', '--from', 'soon')).stderr).toContain('--from soon is not a time such as');
});

it('prints team health, why a number is not known, what was left out and what to do', async () => {
  const { stdout } = await shiplog('metrics', 'acme', ...window);
  expect(stdout).toMatch(/^ {4}work_in_progress +not known +not known +0$/m);
  expect(stdout).toMatch(/^ {4}open_age +not known +not known +0$/m);
  expect(stdout).toContain('Which pull requests were open at the end of the window is not known');
  expect(stdout).toMatch(/Left out, by reason:\n {4}pr-pickup: 3 no_review$/m);
  expect(stdout).toMatch(
    /^ {2}deployment-frequency, .*:\n(.*\n)* {4}There is no production deployment in the window that it is compared with.*\n {6}Compare .*`--compare FROM\.\.TO`/m,
  );
  expect((await shiplog('metrics', 'acme', ...window, '--compare', 'none')).stdout).not.toMatch(
    /^before:|is compared with/m,
  );
});

it('prints what another tool would say, why it differs, and what of it is not known', async () => {
  const { stdout } = await shiplog('metrics', 'acme', ...window, '--profile', 'devlake');
  expect(stdout).toContain('As Apache DevLake (report of 2023) computes them:');
  expect(stdout).toMatch(/^ {2}deployment-frequency +0 days a week +not known +4$/m);
  expect(stdout).toContain(
    'Why lead-time differs:\n    unit: A merged pull request; commits that belong to none do not count.',
  );
  expect(stdout).toContain('      here: A change: a merged pull request, or a commit that belongs to none.');
  expect(stdout).toContain('/backend/plugins/dora/tasks/change_lead_time_calculator.go');
  expect(stdout).toContain('What is not computed as Apache DevLake (report of 2023) does:');
  const pushes = await shiplog('metrics', 'acme', ...window, '--profile', 'four-keys');
  expect(pushes.stdout).toMatch(/^ {4}lead-time: \d+ no_push$/m);
  expect((await shiplog('metrics', 'acme', '--profile', 'jenkins')).stderr).toContain('--profile jenkins');
});

it('says when nothing is stored yet, and how to begin', async () => {
  const empty = await createEmptyDatabase();
  const { code, stderr } = await shiplogOn(empty.url, 'metrics', 'acme');
  expect(code).toBe(1);
  expect(stderr).toContain('Start Shiplog once: npm start.');
});

it('says what is not there', async () => {
  const org = await shiplog('metrics', 'nobody');
  expect(org).toMatchObject({ code: 1, stderr: expect.stringContaining('There is no organization "nobody" here.') });
  const repository = await shiplog('metrics', 'acme', '--repository', 'none');
  expect(repository.stderr).toContain('There is no repository "none" in acme');
});
