import { randomBytes } from 'node:crypto';
import type { Config } from '../config.ts';
import { WEBHOOK_PATH } from '../intake/webhook-endpoint.ts';
import { createLogger } from '../logging.ts';
import { startShiplog } from '../start.ts';

/** A Shiplog that takes webhooks. */
export interface Destination {
  /** Where it answers. */
  readonly url: string;
  readonly webhookUrl: string;
  /** Signs what it takes. */
  readonly secret: string;
  /** True when it was started for the replay, and ends with it. */
  readonly temporary: boolean;
  /** A Shiplog on the same database that runs on after the replay. */
  readonly lasting: string | undefined;
  /** Why one was started. */
  readonly reason?: string;
  stop(): Promise<void>;
}

/** The Shiplog that runs, if it takes webhooks whose secret is known here; else one that is started for the replay. */
export async function findOrStartShiplog(config: Config): Promise<Destination> {
  const url = await findRunning(config);
  const [secret] = config.webhookSecrets;
  if (url !== undefined && secret !== undefined && config.role !== 'worker') {
    return { url, webhookUrl: `${url}${WEBHOOK_PATH}`, secret, temporary: false, lasting: url, stop: async () => {} };
  }
  const reason =
    url === undefined
      ? `No Shiplog answers at ${localUrl(config)}`
      : `WEBHOOK_SECRET is not set, so that nothing can be sent to the Shiplog at ${url}`;
  return { ...(await startTemporary(config)), reason, lasting: url };
}

async function startTemporary(config: Config): Promise<Omit<Destination, 'lasting' | 'reason'>> {
  const secret = randomBytes(32).toString('hex');
  const shiplog = await startShiplog({
    config: {
      ...config,
      mode: 'offline',
      role: 'all',
      host: '127.0.0.1',
      port: 0,
      publicUrl: undefined,
      webhookProxyUrl: undefined,
      webhookSecrets: [secret],
    },
    log: createLogger({ level: 'silent', format: 'json' }),
  });
  const url = shiplog.url ?? '';
  return { url, webhookUrl: `${url}${WEBHOOK_PATH}`, secret, temporary: true, stop: () => shiplog.stop() };
}

/** The Shiplog that answers where this configuration says. */
export async function findRunning(config: Config): Promise<string | undefined> {
  for (const url of [localUrl(config), config.publicUrl?.replace(/\/+$/, '')]) {
    if (url !== undefined && (await isShiplog(url))) return url;
  }
  return undefined;
}

/** Where a Shiplog of this configuration is reached from here. */
export function localUrl({ host, port }: Config): string {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

async function isShiplog(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/api/webhooks/health`, { signal: AbortSignal.timeout(3_000) });
    return response.ok && (await response.text()).includes('github-webhook-handler');
  } catch {
    return false;
  }
}
