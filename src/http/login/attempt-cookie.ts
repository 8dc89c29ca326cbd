import type { Context } from 'hono';
import { getCookie } from 'hono/cookie';
import { z } from 'zod';
import { deleteHostCookie, setHostCookie } from './session-cookie.ts';

const ATTEMPT_COOKIE = '__Host-shiplog-login';
/** Long enough to set up a second factor at GitHub. */
const ATTEMPT_S = 15 * 60;

const attemptSchema = z.object({
  state: z.string(),
  verifier: z.string(),
  returnTo: z.string(),
  invitation: z.string().optional(),
});

/** A login that was begun in this browser, which alone can finish it. */
export type LoginAttempt = z.infer<typeof attemptSchema>;

export function keepAttempt(c: Context, attempt: LoginAttempt): void {
  const value = Buffer.from(JSON.stringify(attempt)).toString('base64url');
  setHostCookie(c, ATTEMPT_COOKIE, { value, maxAgeS: ATTEMPT_S });
}

/** The attempt of this browser, which is over with that. */
export function takeAttempt(c: Context): LoginAttempt | undefined {
  const value = getCookie(c, ATTEMPT_COOKIE);
  deleteHostCookie(c, ATTEMPT_COOKIE);
  if (value === undefined) return undefined;
  try {
    return attemptSchema.safeParse(JSON.parse(Buffer.from(value, 'base64url').toString())).data;
  } catch {
    return undefined;
  }
}
