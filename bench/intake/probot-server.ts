import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createNodeMiddleware, Probot } from 'probot';
import { BENCH_SECRET } from './pushes.ts';

/** Probot's own endpoint with an empty handler. Stores nothing. */
const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
});
const probot = new Probot({ appId: 1, privateKey, secret: BENCH_SECRET, logLevel: 'warn' });
const path = '/api/github/webhooks';
const middleware = await createNodeMiddleware(
  (app) => {
    app.on('push', async () => {});
  },
  {
    probot,
    webhooksPath: path,
  },
);
const server = createServer((request, response) => {
  void middleware(request, response, () => response.writeHead(404).end());
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.send?.({ port, path });
});
