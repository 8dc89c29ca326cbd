import type { Context } from 'hono';
import { deleteCookie, setCookie } from 'hono/cookie';

/** A browser sends a `__Host-` cookie to this host alone, over https, and takes it from no other. */
export const SESSION_COOKIE = '__Host-shiplog-session';

/** Lax: it comes along when somebody follows a link to Shiplog, and with nothing else that another site does. */
const attributes = { path: '/', secure: true, httpOnly: true, sameSite: 'Lax' } as const;

export function setHostCookie(
  c: Context,
  name: `__Host-${string}`,
  { value, maxAgeS }: { value: string; maxAgeS: number },
): void {
  setCookie(c, name, value, { ...attributes, maxAge: maxAgeS });
}

export function deleteHostCookie(c: Context, name: `__Host-${string}`): void {
  deleteCookie(c, name, attributes);
}
