import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
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
