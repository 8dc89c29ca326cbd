import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase } from '../support/database.ts';
import { makeFolder, sampleRepository } from '../support/git-repository.ts';

let databaseUrl: string;
beforeAll(async () => {
  ({ url: databaseUrl } = await createTestDatabase());
});

async function shiplog(args: readonly string[], env: Record<string, string> = {}) {
  const environment = { PATH: process.env['PATH'], DATABASE_URL: databaseUrl, PORT: '1', ...env };
  const child = spawn(process.execPath, ['src/cli/shiplog.ts', ...args], { env: environment });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: child.exitCode, stdout, stderr };
}

describe('shiplog', () => {
  it('lists its commands', async () => {
    expect(await shiplog(['--help'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ {2}replay {2}/m) });
    expect(await shiplog([])).toMatchObject({ code: 2, stdout: expect.stringContaining('Usage: npm run shiplog') });
  });

  it.each([
    [['fly'], 'There is no command "fly".'],
    [['toString'], 'There is no command "toString".'],
    [['replay'], 'PATH is missing.'],
    [['replay', 'a', 'b'], '"b" is one argument too many.'],
    [['replay', 'a', '--fast'], "Unknown option '--fast'."],
    [['replay', 'a', '--org'], "Option '--org <value>' argument missing"],
  ])('says what is wrong with %j', async (args, message) => {
    const result = await shiplog(args);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toContain(message);
  });

  it('says without a stack what is wrong with the environment or a path', async () => {
    const environment = await shiplog(['replay', '.'], { PORT: 'many' });
    expect(environment).toMatchObject({ code: 1, stderr: expect.stringContaining('PORT: ') });
    const path = makeFolder();
    const { code, stderr } = await shiplog(['replay', path]);
    expect(code).toBe(1);
    expect(stderr.trim()).toBe(
      `${path} can not be read as a git repository: not a git repository (or any of the parent directories): .git`,
    );
  });
});

describe('shiplog replay', () => {
  it('explains itself', async () => {
    const { code, stdout } = await shiplog(['replay', '--help']);
    expect(code).toBe(0);
    for (const word of ['--org', '--repository', '--json', 'Exit codes']) expect(stdout).toContain(word);
  });

  it('ends with a table, or with one line of JSON', async () => {
    const { path } = sampleRepository();
    const people = await shiplog(['replay', path, '--org', 'people']);
    expect(people.code).toBe(0);
    expect(people.stdout).toMatch(/^ {2}commits +12 +12 {2}equal$/m);
    expect(people.stdout).toContain('24 webhooks in');

    const programs = await shiplog(['replay', path, '--org', 'programs', '--json']);
    expect(programs.code).toBe(0);
    expect(JSON.parse(programs.stdout)).toEqual({
      deliveries: 24,
      commits: 12,
      authors: 4,
      pull_requests_merged: 3,
      releases: 4,
      seconds: expect.any(Number),
    });
    expect(programs.stdout.trim().split('\n')).toHaveLength(1);
  });

  it('exits with 3 where Shiplog has something else than git', async () => {
    const repository = sampleRepository();
    await shiplog(['replay', repository.path, '--org', 'different']);
    repository.git('tag', '-d', 'v1.0.0');
    const { code, stdout } = await shiplog(['replay', repository.path, '--org', 'different']);
    expect(code).toBe(3);
    expect(stdout).toMatch(/^ {2}tags, as releases +4 +3 {2}differs$/m);
  });
});
