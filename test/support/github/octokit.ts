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
