import type { Context } from 'hono';
import { getCookie } from 'hono/cookie';
import type { Database } from '../../../db/connection.ts';
import { ForbiddenError } from '../../errors.ts';
import type { OAuth } from '../../github/oauth.ts';
import { endSession, SESSION_DAYS } from '../../tenancy/sessions.ts';
import type { Api, ApiEnv } from '../api/api-env.ts';
import { userAgentOf } from '../api/request-origin.ts';
import { problemResponse } from '../problem.ts';
import { keepAttempt, takeAttempt } from './attempt-cookie.ts';
import { type LogInDeps, logIn } from './log-in.ts';
import { deleteHostCookie, SESSION_COOKIE, setHostCookie } from './session-cookie.ts';

const LOGIN_PATH = '/login';
export const CALLBACK_PATH = '/login/callback';

export interface LoginDeps extends LogInDeps {
  readonly oauth: OAuth;
  /** Where GitHub sends the browser back to. */
  readonly callbackUrl: string;
}

/** Logging in with GitHub, and out. @param login undefined: it is not configured */
export function addLogin(api: Api, { db, login }: { db: Database; login: LoginDeps | undefined }): void {
  api.get(LOGIN_PATH, async (c) => {
    if (!login) return notConfigured(c);
    // GitHub sends the browser back to the one callback, and cookies stay with their host: it has to begin there.
    if (c.var.servedTenantId !== undefined) return c.redirect(beginUrl(c, login), 302);
    const { url, attempt } = await login.oauth.begin();
    const invitation = c.req.query('invitation');
    const returnTo = localPath(c.req.query('return_to'));
    keepAttempt(c, { ...attempt, returnTo, ...(invitation !== undefined && { invitation }) });
    return c.redirect(url, 302);
  });
  // Whatever else GitHub sends along, such as `installation_id` and `setup_action`, is not looked at: anybody can make
  // such a link. What a person may access, GitHub is asked itself.
  api.get(CALLBACK_PATH, async (c) => (login ? finish(c, login) : notConfigured(c)));
  api.post('/logout', async (c) => {
    const secret = getCookie(c, SESSION_COOKIE);
    if (secret !== undefined) await endSession(db, secret);
    deleteHostCookie(c, SESSION_COOKIE);
    return c.body(null, 204);
  });
}

async function finish(c: Context<ApiEnv>, login: LoginDeps): Promise<Response> {
  const attempt = takeAttempt(c);
  if (!attempt)
    throw new ForbiddenError(`No login was begun in this browser, or too long ago. Begin at ${LOGIN_PATH}.`);
  const came = new URL(c.req.url);
  const callback = new URL(`${login.callbackUrl}${came.search}`);
  const token = await login.oauth.finish(callback, attempt).catch((err: unknown) => {
    login.log.warn({ err, request: c.var.requestId }, 'login refused');
    throw err;
  });
  const from = { address: c.var.address, userAgent: userAgentOf(c) };
  const secret = await logIn(login, { token, invitation: attempt.invitation, from });
  // Never the session of before: whoever may have known it knows nothing of this one.
  const before = getCookie(c, SESSION_COOKIE);
  if (before !== undefined) await endSession(login.db, before);
  setHostCookie(c, SESSION_COOKIE, { value: secret, maxAgeS: SESSION_DAYS * 86_400 });
  return c.redirect(attempt.returnTo, 303);
}

function beginUrl(c: Context<ApiEnv>, { callbackUrl }: LoginDeps): string {
  return new URL(`${LOGIN_PATH}${new URL(c.req.url).search}`, callbackUrl).href;
}

/** A path of this Shiplog, and nothing that a browser takes for another host. */
function localPath(wanted: string | undefined): string {
  return wanted !== undefined && /^\/(?![/\\])[\x21-\x7e]*$/.test(wanted) ? wanted : '/';
}

function notConfigured(c: Context<ApiEnv>): Response {
  const detail =
    'Login is off: set PUBLIC_URL, GITHUB_CLIENT_ID and GITHUB_CLIENT_SECRET beside APP_ID, and start Shiplog again.';
  return problemResponse(c, { status: 503, detail });
}
