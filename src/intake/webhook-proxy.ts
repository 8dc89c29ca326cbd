import type { Logger } from '../logging.ts';

export interface WebhookProxyOptions {
  /** A smee channel. */
  source: string;
  /** Our own endpoint. */
  target: string;
  log: Logger;
}

export interface WebhookProxy {
  stop(): Promise<void>;
}

/**
 * Brings webhooks from a smee channel, for development. The channel passes on parsed JSON, which is written out anew:
 * where that gives other bytes than GitHub signed, the endpoint answers 401, as it must.
 */
export async function startWebhookProxy({ source, target, log }: WebhookProxyOptions): Promise<WebhookProxy> {
  // Loaded only where it is used: it brings an HTTP client of its own.
  const { SmeeClient } = await import('smee-client');
  const logger = {
    info: () => log.debug('webhook proxy answered or connected'),
    error: () => log.warn('webhook proxy lost its channel or could not deliver'),
  };
  const client = new SmeeClient({ source, target, logger });
  client.start().catch((err: unknown) => log.warn({ err }, 'webhook proxy could not connect'));
  log.warn(
    'WEBHOOK_PROXY_URL is set: webhooks come through a smee channel. This is for development: ' +
      'the channel is public to all who know its name, and a body that it changes is refused with 401.',
  );
  return { stop: () => client.stop() };
}
