import { z } from '@hono/zod-openapi';
import type { OperationId } from './access.ts';

const MOST_CHARACTERS = 1_000;

/** A time with microseconds, in UTC and without a zone, as `to_json(at time zone 'UTC')` writes it. */
export const timeKey = z.iso.datetime({ local: true }).refine((text) => !text.startsWith('0000'));
export const idKey = z.int();
export const textKey = z.string().regex(/^[^\0]*$/);

type Keys = readonly [z.ZodType, ...z.ZodType[]];
export type KeysOf<K extends Keys> = { -readonly [I in keyof K]: z.output<K[I]> };

/** Where a page of one list ended: the sort key of its last row. */
export interface Cursor<K extends Keys> {
  readonly write: (position: readonly unknown[]) => string;
  /** Of the query; a cursor that is broken, or of another list, is invalid. */
  readonly parameter: z.ZodType<KeysOf<K> | undefined, string | undefined>;
}

export function defineCursor<const K extends Keys>(operationId: OperationId, keys: K): Cursor<K> {
  const content = z.tuple([z.literal(operationId), ...keys]);
  const parameter = z
    .string()
    .max(MOST_CHARACTERS)
    .transform((text, context) => {
      const parsed = content.safeParse(parseJson(text));
      if (parsed.success) return parsed.data.slice(1) as KeysOf<K>;
      const message = 'is not a cursor of this list; take it from next_cursor, or leave it out for the first page';
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    })
    .optional()
    .openapi({
      type: 'string',
      description: 'Where to go on: `next_cursor` of the page before. Opaque.',
    });
  return {
    write: (position) => Buffer.from(JSON.stringify([operationId, ...position])).toString('base64url'),
    parameter,
  };
}

function parseJson(base64url: string): unknown {
  if (!/^[\w-]+$/.test(base64url)) return undefined;
  try {
    return JSON.parse(Buffer.from(base64url, 'base64url').toString());
  } catch {
    return undefined;
  }
}
