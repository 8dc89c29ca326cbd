import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { ConfigError } from './errors.ts';
import { DEFAULT_PLAN, planNames } from './plans.ts';
import { readPrivateKey } from './private-key.ts';

const unset = (value: unknown) => (value === '' ? undefined : value);
const optional = <T extends z.ZodType>(schema: T) => z.preprocess(unset, schema.optional());
const withDefault = <T extends z.ZodType>(schema: T, value: z.input<T>) =>
  z.preprocess((given) => unset(given) ?? value, schema);

const environment = z.object({
  PORT: withDefault(z.coerce.number().int().min(0).max(65_535), 3000),
  HOST: withDefault(z.string(), '127.0.0.1'),
  PUBLIC_URL: optional(z.url({ protocol: /^https?$/ })),
  TRUSTED_PROXIES: withDefault(z.coerce.number().int().min(0).max(10), 0),
  DATABASE_URL: optional(z.url({ protocol: /^postgres(ql)?$/ })),
  SHIPLOG_DATA_DIR: withDefault(z.string(), '.data'),
  SHIPLOG_ROLE: withDefault(z.enum(['all', 'web', 'worker']), 'all'),
  APP_ID: optional(z.coerce.number().int().positive()),
  PRIVATE_KEY: optional(z.string()),
  PRIVATE_KEY_PATH: optional(z.string()),
  WEBHOOK_SECRET: optional(z.string()),
  GITHUB_CLIENT_ID: optional(z.string()),
  GITHUB_CLIENT_SECRET: optional(z.string()),
  SYNC_HORIZON_DAYS: optional(z.coerce.number().int().min(1).max(36_500)),
  CLONE_FROM_COMMITS: withDefault(z.coerce.number().int().min(1), 20_000),
  CHECK_RUN_DEBOUNCE_S: withDefault(z.coerce.number().min(0).max(600), 10),
  GHE_HOST: optional(z.string()),
  GHE_PROTOCOL: withDefault(z.enum(['http', 'https']), 'https'),
  DEFAULT_PLAN: withDefault(z.enum(planNames), DEFAULT_PLAN),
  UNINSTALL_GRACE_DAYS: withDefault(z.coerce.number().int().min(0).max(3_650), 30),
  WEBHOOK_PROXY_URL: optional(z.url({ protocol: /^https?$/ })),
  SHIPLOG_OPERATOR_TOKEN: optional(z.string().min(16, 'is shorter than 16 characters')),
  SHIPLOG_ENCRYPTION_KEY: optional(z.string()),
  LOG_LEVEL: withDefault(z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']), 'info'),
  LOG_FORMAT: withDefault(z.enum(['json', 'pretty']), process.stdout.isTTY ? 'pretty' : 'json'),
});

/** The environment, with what a file `.env` in the working directory adds to it. */
export function readEnvironment(): NodeJS.ProcessEnv {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return process.env;
}

export type Config = ReturnType<typeof loadConfig>;

/** Setup: intake answers 503. Offline: deliveries are taken, and nothing is asked of GitHub. */
export type Mode = 'setup' | 'offline' | 'connected';

/**
 * Reads the configuration from the environment.
 * @throws ConfigError that names every variable that is wrong
 */
export function loadConfig(env: NodeJS.ProcessEnv) {
  const parsed = environment.safeParse(env);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new ConfigError(`The environment is not right:\n  ${lines.join('\n  ')}`);
  }
  const values = parsed.data;
  const webhookSecrets = splitSecrets('WEBHOOK_SECRET', values.WEBHOOK_SECRET);
  const mode = modeOf({ appId: values.APP_ID, webhookSecrets });
  return {
    mode,
    host: values.HOST,
    port: values.PORT,
    publicUrl: values.PUBLIC_URL,
    /** How many proxies a request comes through, each of which tells the address of whom it got it from. */
    trustedProxies: values.TRUSTED_PROXIES,
    databaseUrl: values.DATABASE_URL,
    dataDir: resolve(values.SHIPLOG_DATA_DIR),
    role: values.SHIPLOG_ROLE,
    appId: values.APP_ID,
    privateKey: mode === 'connected' ? findPrivateKey(values) : undefined,
    /** Empty: setup mode, in which intake answers 503. Several: all are valid, for rotation. */
    webhookSecrets,
    githubClient: { id: values.GITHUB_CLIENT_ID, secret: values.GITHUB_CLIENT_SECRET },
    /** How many days of history are read from GitHub; null: all. */
    syncHorizonDays: values.SYNC_HORIZON_DAYS ?? null,
    /** From how many commits on the default branch its history comes from a clone. */
    cloneFromCommits: values.CLONE_FROM_COMMITS,
    /** For how long what happens to a pull request is gathered, before its check run says so. */
    checkRunDebounceMs: values.CHECK_RUN_DEBOUNCE_S * 1_000,
    gheHost: values.GHE_HOST,
    gheProtocol: values.GHE_PROTOCOL,
    /** Of a new tenant. */
    defaultPlan: values.DEFAULT_PLAN,
    uninstallGraceDays: values.UNINSTALL_GRACE_DAYS,
    webhookProxyUrl: values.WEBHOOK_PROXY_URL,
    operatorToken: values.SHIPLOG_OPERATOR_TOKEN,
    /** The first one encrypts; all of them open. */
    encryptionKeys: splitSecrets('SHIPLOG_ENCRYPTION_KEY', values.SHIPLOG_ENCRYPTION_KEY),
    log: { level: values.LOG_LEVEL, format: values.LOG_FORMAT },
  };
}

let host: string | undefined;

/** GitHub's, with its port where it has one, as links in texts name it: one for as long as the process runs. */
export function githubHost(): string {
  host ??= environment.shape.GHE_HOST.parse(readEnvironment()['GHE_HOST']) ?? 'github.com';
  return host;
}

function splitSecrets(name: string, value: string | undefined): string[] {
  if (value === undefined) return [];
  const secrets = value.split(',').map((part) => part.trim());
  if (secrets.includes('')) throw new ConfigError(`${name}: one of its comma-separated secrets is empty`);
  return secrets;
}

function modeOf({ appId, webhookSecrets }: { appId: number | undefined; webhookSecrets: string[] }): Mode {
  if (webhookSecrets.length > 0) return appId === undefined ? 'offline' : 'connected';
  if (appId === undefined) return 'setup';
  throw new ConfigError(
    "APP_ID is set without WEBHOOK_SECRET: webhooks could not be verified. Set WEBHOOK_SECRET to the App's webhook secret.",
  );
}

function findPrivateKey(values: { PRIVATE_KEY?: string | undefined; PRIVATE_KEY_PATH?: string | undefined }): string {
  const { PRIVATE_KEY: value, PRIVATE_KEY_PATH: path } = values;
  if (value !== undefined) return readPrivateKey(value);
  if (path === undefined) {
    throw new ConfigError(
      "APP_ID is set without a private key: set PRIVATE_KEY_PATH to the .pem file from the App's settings on GitHub, or PRIVATE_KEY to its content.",
    );
  }
  try {
    return readPrivateKey(readFileSync(path, 'utf8'));
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    throw new ConfigError(`PRIVATE_KEY_PATH: can not read ${path}`, { cause });
  }
}
