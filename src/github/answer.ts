import type { z } from 'zod';
import { UnexpectedResponseError } from '../errors.ts';

/** What GitHub answered, as it came: `data` is JSON that nobody has looked at yet. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly data: unknown;
}

/**
 * @param call the document's name or the route, for the error's message
 * @throws UnexpectedResponseError with the place of what does not fit, and without the data
 */
export function parseAnswer<Data>(call: string, schema: z.ZodType<Data>, data: unknown): Data {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue?.path.map(String).join('.') || 'the answer itself';
  throw new UnexpectedResponseError(`${call}: ${place}: ${issue?.code ?? 'not of the shape that was asked for'}`);
}
