import type { Server } from 'node:http';
import { connect, type Database } from '../db/connection.ts';
import { setDefaultPlan } from '../db/default-plan.ts';
import { migrateToLatest } from '../db/migrate.ts';
import { type OpenDatabase, openDatabase } from '../db/open-database.ts';
import { createApp } from './app.ts';
import { createReadRepository } from './checks/read-repository.ts';
import type { Config } from './config.ts';
import type { Keyring } from './encryption.ts';
import { type ConnectedGitHub, createGitHub } from './github/create-github.ts';
import { createApi } from './http/api/app.ts';
import { StaleEvents } from './http/api/stale-events.ts';
import { createHealth } from './http/health.ts';
import { openLogin } from './http/login/open-login.ts';
import { createPrometheus } from './http/prometheus.ts';
import { closeServer, createHttpServer, listen, type Timeouts } from './http/server.ts';
import { createGroupCommit } from './intake/group-commit.ts';
import { startStorageThread } from './intake/storage-thread.ts';
import { createWebhookEndpoint, WEBHOOK_PATH } from './intake/webhook-endpoint.ts';
import { startWebhookProxy } from './intake/webhook-proxy.ts';
import type { Logger } from './logging.ts';
import { ensureOperatorToken } from './operator-token.ts';
import { type Queue, startQueue } from './queue.ts';
import { Resources } from './resources.ts';
import { createReadPatchId } from './sync/commit-patches.ts';
import { createCompare } from './sync/compared-commits.ts';
import { openKeyring } from './tenancy/open-keyring.ts';
import { startHousekeeping } from './worker/housekeeping.ts';
import { hookRetentionDays } from './worker/missed-deliveries.ts';
import { openSync } from './worker/open-sync.ts';
import { startRecovery } from './worker/recovery.ts';
import { createReactions } from './worker/reactions.ts';
import { startWorker } from './worker/start-worker.ts';

export interface StartOptions {
  config: Config;
  log: Logger;
  /** Shorter in tests of slow clients. */
  timeouts?: Timeouts;
}

export interface Shiplog {
  /** Where it answers; undefined for a worker, which does not listen. */
  readonly url: string | undefined;
  readonly database: OpenDatabase;
  readonly operatorToken: string | undefined;
  /** Takes nothing more, finishes what runs and ends the embedded database last: the times given below add up to less than 10 s. */
  stop(): Promise<void>;
}

/** Starts what the configured role needs, in the order in which it is needed. */
export async function startShiplog(options: StartOptions): Promise<Shiplog> {
  const resources = new Resources();
  try {
    return await start(options, resources);
  } catch (error) {
    await resources.close().catch((err: unknown) => options.log.warn({ err }, 'not everything stopped'));
    throw error;
  }
}

async function start({ config, log, timeouts }: StartOptions, resources: Resources): Promise<Shiplog> {
  const database = await openDatabase({ databaseUrl: config.databaseUrl, dataDir: config.dataDir });
  resources.add({ name: 'database', close: () => database.close(), withinMs: 3_000 });
  log.info(`Database: ${database.kind} PostgreSQL ${database.version}, ${database.place}`);

  const migrations = await migrateToLatest(database.url);
  log.info(migrations.length > 0 ? `Schema: brought up to date, ${migrations.at(-1)}` : 'Schema: up to date');

  await setDefaultPlan(database.url, config.defaultPlan);

  const db = connect({ url: database.url });
  resources.add({ name: 'connections', close: () => db.destroy(), withinMs: 500 });
  const keyring = await openKeyring(db, { config, embedded: database.kind === 'embedded' });
  if (!keyring) log.warn('SHIPLOG_ENCRYPTION_KEY is not set: what would have to be encrypted is not kept');
  const queue = await startQueue({ url: database.url, log });
  resources.add({ name: 'queue', close: () => queue.stop({ timeout: 1_000 }), withinMs: 1_500 });

  const github = config.mode === 'connected' ? createGitHub({ config, db, log }) : undefined;
  if (config.role !== 'web') await startJobs({ config, log, db, queue, github }, resources);
  const operatorToken = await findOperatorToken({ config, log, embedded: database.kind === 'embedded' });
  const url =
    config.role === 'worker'
      ? undefined
      : await startWeb(
          { config, log, timeouts, db, queue, github, databaseUrl: database.url, operatorToken, keyring },
          resources,
        );
  log.info(`Ready: ${config.publicUrl ?? url ?? 'working on deliveries'}`);
  logMode(config, log);
  return { url, database, operatorToken, stop: () => resources.close() };
}

interface JobsOptions {
  config: Config;
  log: Logger;
  db: Database;
  queue: Queue;
  /** Undefined: offline, or setting up. */
  github: ConnectedGitHub | undefined;
}

async function startJobs({ config, log, db, queue, github }: JobsOptions, resources: Resources): Promise<void> {
  const { checkRunDebounceMs } = config;
  const app = github && createApp({ db, queue, github, log, checkRunDebounceMs });
  const reactions = github && app && (await createReactions(github.probot, app));
  const sync = github && openSync(db, { config, github });
  const appId = config.appId ?? null;
  const worker = await startWorker({
    db,
    queue,
    log,
    appId,
    ...(reactions && { reactions }),
    ...(sync && { sync }),
    ...(github && { compare: createCompare(db, github), readPatchId: createReadPatchId(db, github) }),
    ...(github &&
      appId !== null && {
        checks: {
          github,
          appId,
          publicUrl: config.publicUrl,
          debounceMs: checkRunDebounceMs,
          read: createReadRepository({ keepMs: checkRunDebounceMs }),
        },
      }),
  });
  const stop = () => Promise.all([worker.stop(), sync?.stop()]);
  resources.add({ name: 'worker', close: stop, withinMs: 2_000 });
  const { uninstallGraceDays, syncHorizonDays: horizonDays, gheHost } = config;
  const recovery = await startRecovery({
    db,
    queue,
    log,
    uninstallGraceDays,
    ...(github &&
      appId !== null && { sync: { github, appId, horizonDays, retentionDays: hookRetentionDays(gheHost) } }),
  });
  const housekeeping = await startHousekeeping({ db, queue, log });
  const stopClocks = () => Promise.all([recovery.stop(), housekeeping.stop()]);
  resources.add({ name: 'recurring jobs', close: stopClocks, withinMs: 1_000 });
  // First, so that no job waits for an answer.
  if (github) resources.add({ name: 'GitHub', close: async () => github.stop(), withinMs: 100 });
}

interface WebOptions {
  config: Config;
  log: Logger;
  timeouts: Timeouts | undefined;
  db: Database;
  queue: Queue;
  github: ConnectedGitHub | undefined;
  databaseUrl: string;
  operatorToken: string | undefined;
  keyring: Keyring | undefined;
}

async function startWeb(options: WebOptions, resources: Resources): Promise<string> {
  const { config, log } = options;
  const events = new StaleEvents({ url: options.databaseUrl, log });
  const server = createWebServer({ ...options, events }, resources);
  const port = await listen(server, config);
  resources.add({ name: 'server', close: () => closeServer(server, 1_500), withinMs: 1_700 });
  // Before the server: its streams end by themselves.
  resources.add({ name: 'events', close: () => events.close(), withinMs: 200 });
  const url = `http://${hostForClients(config.host)}:${port}`;
  if (config.webhookProxyUrl) {
    const target = `${url}${WEBHOOK_PATH}`;
    const proxy = await startWebhookProxy({ source: config.webhookProxyUrl, target, log });
    resources.add({ name: 'webhook proxy', close: () => proxy.stop(), withinMs: 200 });
  }
  return url;
}

function createWebServer(options: WebOptions & { events: StaleEvents }, resources: Resources): Server {
  const { config, log, timeouts, db, queue, github, databaseUrl, operatorToken, events, keyring } = options;
  const login = github && openLogin(config, { db, github, log });
  const connected = config.mode === 'connected';
  const api = createApi({
    db,
    queue,
    log,
    events,
    keyring,
    connected,
    operatorToken,
    trustedProxies: config.trustedProxies,
    ...(config.publicUrl && { publicUrl: config.publicUrl }),
    ...(login && { login }),
  });
  const storage = startStorageThread({ databaseUrl });
  resources.add({ name: 'storage thread', close: () => storage.stop(), withinMs: 1_000 });
  const deliveries = createGroupCommit({ storeGroup: storage.storeGroup, log });
  const webhooks = createWebhookEndpoint({ secrets: config.webhookSecrets, deliveries, log });
  const direct = new Map([
    [WEBHOOK_PATH, webhooks],
    ['/metrics', createPrometheus({ db, operatorToken })],
    ...createHealth({ db, databaseUrl, queue, log }),
  ]);
  return createHttpServer({
    direct,
    fetch: (request, env) => api.fetch(request, env),
    log,
    ...(timeouts && { timeouts }),
  });
}

function hostForClients(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

async function findOperatorToken({ config, log, embedded }: { config: Config; log: Logger; embedded: boolean }) {
  if (config.operatorToken !== undefined) return config.operatorToken;
  if (!embedded) {
    log.warn('SHIPLOG_OPERATOR_TOKEN is not set: the API answers 401 to everybody');
    return undefined;
  }
  const { token, file } = await ensureOperatorToken(config.dataDir);
  log.info(`Operator token: in ${file}`);
  return token;
}

function logMode({ mode }: Config, log: Logger): void {
  if (mode === 'setup') {
    log.warn(
      'Not connected to GitHub: set WEBHOOK_SECRET to take webhooks, and APP_ID and PRIVATE_KEY_PATH for the rest',
    );
  } else if (mode === 'offline') {
    log.warn('Offline: webhooks are taken; sync and checks are off until APP_ID and PRIVATE_KEY_PATH are set');
  }
}
