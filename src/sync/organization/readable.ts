import { ForbiddenError } from '../../errors.ts';

/** What was read, or why it could not be: that is unknown then, and never none. */
export type Readable<T> =
  | { readonly value: T; readonly reason: null }
  | { readonly value: null; readonly reason: string };

/** A missing permission is an answer; every other error is thrown on. */
export async function orForbidden<T>(read: Promise<T>, reason: string): Promise<Readable<T>> {
  try {
    return { value: await read, reason: null };
  } catch (error) {
    if (error instanceof ForbiddenError) return { value: null, reason };
    throw error;
  }
}
