import { createHmac } from 'node:crypto';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest, Agent as TlsAgent } from 'node:https';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError } from '../errors.ts';
import type { Webhook } from './webhooks.ts';

export interface SendOptions {
  readonly webhookUrl: string;
  readonly secret: string;
  /** Called after each answer. */
  readonly onSent: (sent: Sent) => void;
  /** Called when Shiplog is away, and when it is back. */
  readonly onAway: (away: boolean) => void;
  readonly signal: AbortSignal;
  /** For how long an absent Shiplog is waited for. */
  readonly patienceMs?: number;
}

interface Sent {
  readonly guid: string;
  readonly status: 'accepted' | 'duplicate';
}

// Those that arrive together are stored with one commit.
const AT_ONCE = 64;
const PATIENCE_MS = 60_000;
const ANSWER_MS = 30_000;

/**
 * Sends webhooks, signed, in their order, several at once. One that meets a Shiplog that is down or restarting is sent
 * again until it is taken; since its GUID stays the same, nothing comes in twice.
 * @throws ConfigError when Shiplog refuses the signature; Error when it refuses a webhook or stays away
 */
export async function sendWebhooks(webhooks: AsyncGenerator<Webhook>, options: SendOptions): Promise<void> {
  const sender = new Sender(options);
  const sendSome = async () => {
    for (let next = await webhooks.next(); !next.done; next = await webhooks.next()) await sender.send(next.value);
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, sendSome));
  } finally {
    sender.stop();
    await webhooks.return(undefined);
  }
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

class Sender {
  readonly #options: SendOptions;
  readonly #url: URL;
  readonly #agent: Agent;
  #answeredAt = Date.now();
  #away = false;
  #stopped = false;

  constructor(options: SendOptions) {
    this.#options = options;
    this.#url = new URL(options.webhookUrl);
    const settings = { keepAlive: true, maxSockets: AT_ONCE };
    this.#agent = this.#url.protocol === 'https:' ? new TlsAgent(settings) : new Agent(settings);
  }

  stop(): void {
    this.#stopped = true;
    this.#agent.destroy();
  }

  async send({ guid, event, payload }: Webhook): Promise<void> {
    const body = Buffer.from(JSON.stringify(payload));
    for (let attempt = 0; !this.#stopped; attempt += 1) {
      this.#options.signal.throwIfAborted();
      const answer = await this.#post(body, { guid, event }).catch((error: unknown) => messageOf(error));
      if (typeof answer !== 'string' && answer.status === 202) {
        this.#taken();
        this.#options.onSent({ guid, status: answer.body.includes('"duplicate"') ? 'duplicate' : 'accepted' });
        return;
      }
      this.#refuse(answer, event);
      await sleep(Math.min(100 * 2 ** attempt, 2_000));
    }
  }

  #taken(): void {
    this.#answeredAt = Date.now();
    if (!this.#away) return;
    this.#away = false;
    this.#options.onAway(false);
  }

  /** @throws unless it is worth to try again */
  #refuse(answer: Answer | string, event: string): void {
    if (typeof answer !== 'string' && answer.status === 401) {
      throw new ConfigError(
        `The Shiplog at ${this.#url.origin} refuses the signature: its WEBHOOK_SECRET is another one than here. ` +
          'Run the replay with the same WEBHOOK_SECRET.',
      );
    }
    const told = typeof answer === 'string' ? answer : `${answer.status} ${detailOf(answer.body)}`;
    if (typeof answer !== 'string' && answer.status < 500 && answer.status !== 429) {
      throw new Error(`The Shiplog at ${this.#url.origin} refuses a ${event} webhook: ${told}`);
    }
    if (Date.now() - this.#answeredAt > (this.#options.patienceMs ?? PATIENCE_MS)) {
      throw new Error(
        `The Shiplog at ${this.#url.origin} has taken nothing for a while (${told}). ` +
          'Start it and run the replay again: it goes on where it stopped.',
      );
    }
    if (this.#away) return;
    this.#away = true;
    this.#options.onAway(true);
  }

  #post(body: Buffer, { guid, event }: { guid: string; event: string }): Promise<Answer> {
    const request = this.#url.protocol === 'https:' ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const posted = request(this.#url, {
        method: 'POST',
        agent: this.#agent,
        signal: AbortSignal.timeout(ANSWER_MS),
        headers: {
          'content-type': 'application/json',
          'content-length': body.length,
          'user-agent': 'GitHub-Hookshot/shiplog-replay',
          'x-github-delivery': guid,
          'x-github-event': event,
          'x-hub-signature-256': `sha256=${createHmac('sha256', this.#options.secret).update(body).digest('hex')}`,
        },
      });
      posted.on('response', (response) => void readAnswer(response).then(resolve, reject));
      posted.on('error', reject);
      posted.end(body);
    });
  }
}

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  return { status: response.statusCode ?? 0, body: await text(response) };
}

function detailOf(body: string): string {
  return /"detail":"((?:[^"\\]|\\.)*)"/.exec(body)?.[1] ?? body.slice(0, 200);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
