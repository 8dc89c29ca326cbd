import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { readRepositoryFile } from '../../src/checks/repository-file.ts';
import { loadConfig } from '../../src/config.ts';
import { createGitHub } from '../../src/github/create-github.ts';
import { createLogger } from '../../src/logging.ts';
import { createTestDatabase } from '../support/database.ts';
import { startStandIn } from '../support/github/stand-in.ts';

const AT = '2026-03-01T00:00:00Z';
const FILE = '.github/shiplog.yml';
const standIn = await startStandIn();
afterAll(() => standIn.stop());
const organization = standIn.truth.addOrganization({ login: 'acme', createdAt: AT });
const [shop, shared] = ['shop', '.github'].map((name) =>
  standIn.truth.addRepository(organization, { name, createdAt: AT }),
);
const installation = standIn.truth.install(organization, { at: AT });
const { db } = await createTestDatabase();
const log = createLogger({ level: 'silent', format: 'json' });
const github = createGitHub({ config: loadConfig({ ...standIn.environment }), db, log });
const client = github.installation(
  { tenantId: organization.id, installationId: installation.id },
  { priority: 'live' },
);
const read = () => readRepositoryFile(client, { owner: 'acme', repo: 'shop' });

beforeEach(() => {
  shop?.files.clear();
  shared?.files.clear();
});

describe('the file of a repository', () => {
  it('sets what it names', async () => {
    shop?.files.set(FILE, 'check_run:\n  max_lines: 400\n');
    expect(await read()).toEqual({ settings: { max_lines: 400 }, problem: null });
  });

  it('need not be there, and may be that of the organization, which its own one may extend', async () => {
    expect(await read()).toEqual({ settings: {}, problem: null });
    shared?.files.set(FILE, 'check_run:\n  max_lines: 300\n  deployment_freeze: true\n');
    expect(await read()).toEqual({ settings: { max_lines: 300, deployment_freeze: true }, problem: null });
    shop?.files.set(FILE, '_extends: .github\ncheck_run:\n  max_lines: 400\n');
    expect(await read()).toEqual({ settings: { max_lines: 400, deployment_freeze: true }, problem: null });
    shop?.files.set(FILE, '# none of them\n');
    expect(await read()).toEqual({ settings: {}, problem: null });
  });

  it.each([
    ['no YAML', 'check_run:\n  enabled: [\n', 3, expect.stringContaining('Flow sequence')],
    [
      'a wrong value',
      'check_run:\n  enabled: true\n  max_lines: many\n',
      3,
      expect.stringContaining('check_run.max_lines'),
    ],
    ['an unknown setting', '# ours\ncheck_run:\n  max_line: 4\n', 3, expect.stringContaining('max_line is not known')],
    ['an unknown part', 'checks:\n  enabled: false\n', 1, expect.stringContaining('known are check_run')],
    ['no mapping', '- check_run\n', 1, expect.stringContaining('expected object')],
    ['a word', 'off\n', null, expect.stringContaining('not an object')],
    ['far too much', `# ${'x'.repeat(70_000)}\n`, null, expect.stringContaining('longer than')],
  ])('that has %s says in which line, and counts not at all', async (_name, text, line, message) => {
    shop?.files.set(FILE, text);
    expect(await read()).toEqual({ settings: {}, problem: { file: FILE, line, message } });
  });

  it('extends no file but this one of another repository, whose contents not everybody may see', async () => {
    shared?.files.set('deploy/secrets.yml', 'database_password: hunter2\n');
    shop?.files.set(FILE, '_extends: .github:deploy/secrets.yml\n');
    const message = 'Only .github/shiplog.yml of another repository can be extended.';
    expect(await read()).toEqual({ settings: {}, problem: { file: FILE, line: null, message } });
  });

  it('extends so many others and no more', async () => {
    const names = Array.from({ length: 10 }, (_, index) => `base-${index}`);
    shop?.files.set(FILE, '_extends: base-0\n');
    for (const [index, name] of names.entries()) {
      const repository = standIn.truth.addRepository(organization, { name, createdAt: AT });
      repository.files.set(FILE, `_extends: base-${index + 1}\ncheck_run:\n  max_lines: ${index}\n`);
    }
    expect((await read()).problem).toMatchObject({ message: 'More than 10 files extend each other.' });
    shop?.files.set(FILE, '_extends: base-2\n');
    expect(await read()).toEqual({ settings: { max_lines: 2 }, problem: null });
  });

  it('says what is wrong in few words, however many are wrong', async () => {
    const keys = Array.from({ length: 60 }, (_, index) => `  ${'x'.repeat(900)}${index}: 1\n`);
    shop?.files.set(FILE, `check_run:\n${keys.join('')}`);
    const { problem } = await read();
    expect(problem).toMatchObject({ line: 2, message: expect.stringMatching(/^x+ …$/) });
    expect(JSON.stringify(problem).length).toBeLessThan(600);
  });

  it('says of which repository it is, where it is another one', async () => {
    shared?.files.set(FILE, 'check_run:\n  max_lines: -1\n');
    expect((await read()).problem).toMatchObject({ file: `${FILE} of acme/.github`, line: 2 });
  });

  it('is asked for as GitHub understands it', () => {
    expect(standIn.violations).toEqual([]);
    expect(standIn.checked).toBeGreaterThan(0);
  });
});
