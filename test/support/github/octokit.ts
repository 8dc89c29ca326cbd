import { createSign } from 'node:crypto';
import { Octokit } from '@octokit/rest';
import type { StandIn } from './stand-in.ts';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** A plain client of the stand-in, without throttling and retries; tests of the stand-in itself use it. */
export function octokitWith(standIn: StandIn, token: string): Octokit {
  return new Octokit({ auth: token, baseUrl: `${standIn.url}/api/v3`, log: silent });
}

/** The same, as an installation. */
export async function installationOctokit(standIn: StandIn, installationId: number): Promise<Octokit> {
  return octokitWith(standIn, await installationToken(standIn, installationId));
}

export async function installationToken(standIn: StandIn, installationId: number): Promise<string> {
  const app = octokitWith(standIn, appJwt(standIn));
  const { data } = await app.rest.apps.createInstallationAccessToken({ installation_id: installationId });
  return data.token;
}

/** What the App proves itself with. */
export function appJwt({ appId, privateKey }: Pick<StandIn, 'appId' | 'privateKey'>, now = Date.now()): string {
  const seconds = Math.floor(now / 1_000);
  const parts = [
    { alg: 'RS256', typ: 'JWT' },
    { iss: String(appId), iat: seconds - 30, exp: seconds + 570 },
  ];
  const text = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${text}.${createSign('RSA-SHA256').update(text).sign(privateKey, 'base64url')}`;
}

interface JsonRequest {
  /** `/graphql`, or a path of REST. */
  readonly path: string;
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One bare request: a POST when it has a body. */
export async function githubJson(
  { url }: Pick<StandIn, 'url'>,
  { path, token, body, headers = {} }: JsonRequest,
): Promise<{ status: number; headers: Headers; body: unknown }> {
  const response = await fetch(`${url}/api${path === '/graphql' ? '' : '/v3'}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
}
