import { once } from 'node:events';
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { GitHubUnavailableError } from '../../src/errors.ts';
import { ensureHistoryClone } from '../../src/sync/history-clone.ts';
import { makeFolder } from '../support/git-repository.ts';

it('gives up a clone of which nothing comes any more, and leaves nothing behind', async () => {
  const server = createServer(() => {}).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const directory = makeFolder();
  const clone = ensureHistoryClone({
    directory,
    repositoryId: 7,
    url: `http://127.0.0.1:${port}/acme/shop.git`,
    token: () => Promise.resolve('ghs_secret'),
    signal: new AbortController().signal,
    stalledS: 1,
  });
  await expect(clone).rejects.toThrow(GitHubUnavailableError);
  expect(readdirSync(directory)).toEqual([]);
});

it('gives git its proxies and certificates, and none of the secrets', async () => {
  const folder = makeFolder();
  const git = join(folder, 'git');
  writeFileSync(git, `#!/bin/sh\nenv > ${join(folder, 'env')}\nexit 1\n`);
  chmodSync(git, 0o700);
  onTestFinished(() => void vi.unstubAllEnvs());
  const given = { HTTPS_PROXY: 'http://proxy:3128', SSL_CERT_FILE: '/ca.pem', LC_ALL: 'C' };
  const secrets = { PRIVATE_KEY: 'the key', WEBHOOK_SECRET: 'the secret', DATABASE_URL: 'postgres://x' };
  const path = `${folder}:${process.env['PATH']}`;
  for (const [name, value] of Object.entries({ ...given, ...secrets, PATH: path })) vi.stubEnv(name, value);
  const clone = ensureHistoryClone({
    directory: makeFolder(),
    repositoryId: 7,
    url: 'https://github.test/acme/shop.git',
    token: () => Promise.resolve('ghs_secret'),
    signal: new AbortController().signal,
  });
  await expect(clone).rejects.toThrow(GitHubUnavailableError);
  const env = readFileSync(join(folder, 'env'), 'utf8').split('\n');
  expect(env).toEqual(expect.arrayContaining(Object.entries(given).map((pair) => pair.join('='))));
  expect(env.filter((line) => Object.keys(secrets).some((name) => line.startsWith(`${name}=`)))).toEqual([]);
});
