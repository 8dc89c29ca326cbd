import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../db/connection.ts';
import { createTestDatabase } from './support/database.ts';
import { send, sendWebhook, sign } from './support/server.ts';

const SECRET = 'a secret that nobody may read';
const APP = { APP_ID: '1', WEBHOOK_SECRET: SECRET };
const TOKEN = 'a token that nobody may read';
const running = new Set<ChildProcess>();
let db: Database;
let databaseUrl: string;

beforeAll(async () => {
  ({ db, url: databaseUrl } = await createTestDatabase());
});
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
});

interface Main {
  child: ChildProcess;
  output: () => string;
  /** The exit code, once all output is there. */
  exit: Promise<number | null>;
}

function startMain(env: Record<string, string>): Main {
  const child = spawn(process.execPath, ['src/main.ts'], {
    env: { PATH: process.env['PATH'], PORT: '0', DATABASE_URL: databaseUrl, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exit = once(child, 'close').then(() => {
    running.delete(child);
    return child.exitCode;
  });
  return { child, output: () => output, exit };
}

async function urlOf({ output }: Main): Promise<string> {
  await expect.poll(output, { timeout: 15_000 }).toMatch(/Ready: http/);
  return /Ready: (http[^"]+)"/.exec(output())?.[1] ?? '';
}

describe('Shiplog', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('finishes what runs at %s, and exits with 0', async (signal) => {
    const main = startMain({ WEBHOOK_SECRET: SECRET, SHIPLOG_OPERATOR_TOKEN: TOKEN });
    const baseUrl = await urlOf(main);
    const accepted: string[] = [];
    const senders = Array.from({ length: 16 }, async () => {
      for (;;) {
        const guid = randomUUID();
        const answer = await sendWebhook(baseUrl, { guid, secret: SECRET }).catch(() => undefined);
        if (answer?.status !== 202) return;
        accepted.push(guid);
        if (accepted.length === 100) main.child.kill(signal);
      }
    });
    const started = performance.now();
    expect(await main.exit).toBe(0);
    expect(performance.now() - started).toBeLessThan(10_000);
    await Promise.all(senders);
    const rows = await db.selectFrom('deliveries').select('guid').where('guid', 'in', accepted).execute();
    expect(accepted.length).toBeGreaterThanOrEqual(100);
    expect(rows).toHaveLength(accepted.length);
  });

  it('logs one line for each webhook, and no secret, body, signature or token', async () => {
    const main = startMain({ WEBHOOK_SECRET: SECRET, SHIPLOG_OPERATOR_TOKEN: TOKEN, LOG_LEVEL: 'trace' });
    const baseUrl = await urlOf(main);
    const body = '{"action":"opened","title":"words of the body"}';
    const guids = [randomUUID(), randomUUID()];
    await sendWebhook(baseUrl, { guid: guids[0] ?? '', event: 'issues', body, secret: SECRET });
    await sendWebhook(baseUrl, { guid: guids[1] ?? '', body: `${body}x`, secret: SECRET });
    await sendWebhook(baseUrl, { body, secret: 'another' });
    await send(`${baseUrl}/api/v1/orgs`, { method: 'GET', headers: { authorization: `Bearer ${TOKEN}` } });
    main.child.kill('SIGTERM');
    await main.exit;
    const lines = main
      .output()
      .split('\n')
      .filter((line) => line.includes('"msg":"webhook'));
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { guid: guids[0], event: 'issues', status: 202, bytes: body.length, duration_ms: expect.any(Number) },
      { guid: guids[1], event: 'ping', status: 400 },
      { status: 401 },
    ]);
    for (const secret of [
      SECRET,
      TOKEN,
      'words of the body',
      sign(body, SECRET).slice(7),
      sign(body, 'another').slice(7),
    ])
      expect(main.output()).not.toContain(secret);
  });

  it('says in the order of the start what it uses, that it is ready, and what is missing', async () => {
    const main = startMain({ SHIPLOG_OPERATOR_TOKEN: TOKEN });
    await urlOf(main);
    main.child.kill('SIGTERM');
    await main.exit;
    expect(main.output()).toMatch(
      /Database: external.*\n.*Schema: .*\n(.*\n)*.*Ready: http.*\n.*Not connected to GitHub/,
    );
    expect(main.output()).not.toContain(new URL(databaseUrl).password);
  });

  it('works on deliveries without listening as a worker', async () => {
    const main = startMain({ SHIPLOG_ROLE: 'worker', WEBHOOK_SECRET: SECRET });
    await expect.poll(main.output, { timeout: 15_000 }).toContain('Ready: working on deliveries');
    main.child.kill('SIGTERM');
    expect(await main.exit).toBe(0);
  });

  it.each([
    ['PORT is no port', { PORT: 'x' }, /PORT/],
    ['the App has no webhook secret', { APP_ID: '1' }, /WEBHOOK_SECRET/],
    ['the App has no private key', { ...APP }, /APP_ID.*PRIVATE_KEY_PATH/],
    ['its private key is none', { ...APP, PRIVATE_KEY: 'c2VjcmV0' }, /not an RSA key in PEM form.*\.pem file/],
    ['its private key can not be read', { ...APP, PRIVATE_KEY_PATH: '/nowhere/key.pem' }, /nowhere\/key\.pem/],
    ['one of the secrets is empty', { WEBHOOK_SECRET: 'a,,b' }, /WEBHOOK_SECRET/],
    ['a key is none', { SHIPLOG_ENCRYPTION_KEY: 'secret' }, /SHIPLOG_ENCRYPTION_KEY: a key is 32 bytes.*openssl rand/],
    ['the database does not answer', { DATABASE_URL: 'postgres://a:b@127.0.0.1:1/c' }, /127\.0\.0\.1/],
  ])('says plainly what is wrong when %s', async (_, env, message) => {
    const main = startMain(env);
    expect(await main.exit).toBe(1);
    expect(main.output()).toMatch(message);
    expect(main.output()).not.toMatch(/\n +at /);
  });

  it('does not start with another key than the one that secrets are encrypted with', async () => {
    const { url } = await createTestDatabase();
    const env = { DATABASE_URL: url, WEBHOOK_SECRET: SECRET, SHIPLOG_OPERATOR_TOKEN: TOKEN };
    const [key, other] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
    const first = startMain({ ...env, SHIPLOG_ENCRYPTION_KEY: key });
    await urlOf(first);
    first.child.kill('SIGTERM');
    expect(await first.exit).toBe(0);
    const second = startMain({ ...env, SHIPLOG_ENCRYPTION_KEY: other });
    expect(await second.exit).toBe(1);
    expect(second.output()).toMatch(
      /SHIPLOG_ENCRYPTION_KEY: secrets in this database are encrypted with the key [0-9a-f]{16}/,
    );
    for (const secret of [key, other]) expect(first.output() + second.output()).not.toContain(secret);
    const third = startMain({ ...env, SHIPLOG_ENCRYPTION_KEY: `${other},${key}` });
    await urlOf(third);
    third.child.kill('SIGTERM');
    expect(await third.exit).toBe(0);
  });

  it('says plainly that its port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const main = startMain({ PORT: String(port), WEBHOOK_SECRET: SECRET });
    expect(await main.exit).toBe(1);
    expect(main.output()).toMatch(new RegExp(`Can not listen on 127\\.0\\.0\\.1:${port}.*Set PORT`));
    taken.close();
  });
});
