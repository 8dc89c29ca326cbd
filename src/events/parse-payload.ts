import type { z } from 'zod';
import { InvalidPayloadError } from '../errors.ts';
import type { WebhookEvent } from './event.ts';

const MOST_ISSUES = 5;

/**
 * Reads of a payload what the schema picks.
 * @throws InvalidPayloadError that names what is wrong and where, and quotes nothing of the payload
 */
export function parsePayload<T extends z.ZodType>(schema: T, { name, payload }: WebhookEvent): z.output<T> {
  const parsed = schema.safeParse(payload);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const wrong = issues.slice(0, MOST_ISSUES).map(({ path, message }) => `${path.join('.') || 'payload'}: ${message}`);
  const more = issues.length > MOST_ISSUES ? [`and ${issues.length - MOST_ISSUES} more`] : [];
  throw new InvalidPayloadError(`This is no ${name} event: ${[...wrong, ...more].join('; ')}`, {
    cause: parsed.error,
  });
}
