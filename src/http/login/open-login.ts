import type { Config } from '../../config.ts';
import { githubAddresses } from '../../github/addresses.ts';
import { createOAuth } from '../../github/oauth.ts';
import type { LogInDeps } from './log-in.ts';
import { CALLBACK_PATH, type LoginDeps } from './login.ts';

type LoginConfig = Pick<Config, 'publicUrl' | 'githubClient' | 'gheHost' | 'gheProtocol'>;

/** @returns undefined when something that logging in needs is not configured */
export function openLogin(
  { publicUrl, githubClient: { id, secret }, gheHost, gheProtocol }: LoginConfig,
  deps: LogInDeps,
): LoginDeps | undefined {
  if (publicUrl === undefined || id === undefined || secret === undefined) return undefined;
  const callbackUrl = new URL(CALLBACK_PATH, publicUrl).href;
  const oauth = createOAuth({ id, secret, callbackUrl }, githubAddresses(gheHost, gheProtocol));
  return { ...deps, oauth, callbackUrl };
}
