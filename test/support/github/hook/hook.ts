import { createHmac, randomUUID } from 'node:crypto';
import type { Json } from '../../example-payloads.ts';
import type { Truth } from '../truth/truth.ts';

/** A webhook that GitHub made, whatever became of it. */
export interface Webhook {
  readonly guid: string;
  readonly event: string;
  readonly action: string | null;
  readonly installationId: number;
  readonly repositoryId: number | null;
  readonly payload: Json;
}

/** One attempt to deliver it, as `GET /app/hook/deliveries` lists them. */
export interface Attempt {
  readonly id: number;
  readonly webhook: Webhook;
  readonly deliveredAt: string;
  readonly redelivery: boolean;
  readonly status: string;
  readonly statusCode: number;
}

/**
 * What becomes of a webhook: delivered; delivered twice; held back until `release()`; lost, which GitHub lists as a
 * failed attempt; or forgotten, as when GitHub's retention is over.
 */
export type Fate = 'delivered' | 'doubled' | 'held' | 'lost' | 'forgotten';

export interface HookOptions {
  readonly truth: Truth;
  readonly secret: string;
  readonly appId: number;
}

/** The App's webhook: signs what happened, sends it, and keeps the list of attempts. */
export class Hook {
  /** Where webhooks go; without one, none arrives, and they are lost. */
  target: string | undefined;
  /** Decides about each webhook. */
  fate: (webhook: Webhook) => Fate = () => 'delivered';
  /** Every webhook that GitHub made. */
  readonly webhooks: Webhook[] = [];
  readonly attempts: Attempt[] = [];
  readonly held: Webhook[] = [];
  readonly #truth: Truth;
  readonly #secret: string;
  readonly #appId: number;

  constructor({ truth, secret, appId }: HookOptions) {
    this.#truth = truth;
    this.#secret = secret;
    this.#appId = appId;
  }

  async emit(made: Omit<Webhook, 'guid' | 'action'>): Promise<void> {
    const { action } = made.payload;
    const webhook = { ...made, guid: randomUUID(), action: typeof action === 'string' ? action : null };
    this.webhooks.push(webhook);
    const fate = this.fate(webhook);
    if (fate === 'held') this.held.push(webhook);
    if (fate === 'lost') this.#record(webhook, { status: 'failed to connect to host', statusCode: 502 });
    if (fate === 'delivered' || fate === 'doubled') await this.deliver(webhook);
    if (fate === 'doubled') await this.deliver(webhook, { redelivery: true });
  }

  /** Delivers what was held back, in the order that `arrange` gives. */
  async release(arrange: (held: readonly Webhook[]) => readonly Webhook[] = (held) => held): Promise<void> {
    for (const webhook of arrange(this.held.splice(0))) await this.deliver(webhook);
  }

  async deliver(webhook: Webhook, { redelivery = false } = {}): Promise<void> {
    this.#record(webhook, await this.#send(webhook), redelivery);
  }

  /** The request as it goes over the wire, for tests that send it themselves. */
  request({ guid, event, payload }: Webhook): { headers: Record<string, string>; body: string } {
    const body = JSON.stringify(payload);
    const signature = createHmac('sha256', this.#secret).update(body).digest('hex');
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'GitHub-Hookshot/0000000',
      'x-github-delivery': guid,
      'x-github-event': event,
      'x-github-hook-id': '1',
      'x-github-hook-installation-target-id': String(this.#appId),
      'x-github-hook-installation-target-type': 'integration',
      'x-hub-signature-256': `sha256=${signature}`,
    };
    return { headers, body };
  }

  async #send(webhook: Webhook): Promise<Pick<Attempt, 'status' | 'statusCode'>> {
    if (this.target === undefined) return { status: 'failed to connect to host', statusCode: 502 };
    try {
      const response = await fetch(this.target, { method: 'POST', ...this.request(webhook) });
      await response.arrayBuffer();
      return { status: response.ok ? 'OK' : response.statusText, statusCode: response.status };
    } catch {
      return { status: 'failed to connect to host', statusCode: 502 };
    }
  }

  #record(webhook: Webhook, result: Pick<Attempt, 'status' | 'statusCode'>, redelivery = false): void {
    const deliveredAt = new Date().toISOString();
    this.attempts.push({ id: this.#truth.nextId(), webhook, deliveredAt, redelivery, ...result });
  }
}
