import { basename, dirname, resolve } from 'node:path';
import { ConfigError } from '../errors.ts';
import { findGitLine } from '../sync/git-process.ts';
import type { ReplayedRepository } from './identity.ts';

export interface NameOptions {
  readonly path: string;
  readonly org: string | undefined;
  readonly repository: string | undefined;
}

/** A name that GitHub would allow. */
const NAME = /^[\w.-]{1,100}$/;
/** `https://host/owner/name.git`, `git@host:owner/name.git` */
const REMOTE = /^(?:[a-z+]+:\/\/[^/]+\/|[^/@]+@[^/:]+:)(?:.*\/)?([^/]+)\/([^/]+?)(?:\.git)?\/?$/;

/** As told; else as the clone's remote says; else by the folder's name, in the org `local`. */
export async function nameRepository({ path, org, repository }: NameOptions): Promise<ReplayedRepository> {
  check('--org', org);
  check('--repository', repository);
  const remote = REMOTE.exec((await findGitLine({ path, args: ['config', '--get', 'remote.origin.url'] })) ?? '');
  return {
    org: org ?? allowed(remote?.[1]) ?? 'local',
    name: repository ?? allowed(remote?.[2]) ?? allowed(await folderName(path)) ?? 'repository',
  };
}

async function folderName(path: string): Promise<string> {
  const gitDir = resolve(path, (await findGitLine({ path, args: ['rev-parse', '--git-common-dir'] })) ?? '.');
  return basename(basename(gitDir) === '.git' ? dirname(gitDir) : gitDir, '.git');
}

function check(option: string, name: string | undefined): void {
  if (name === undefined || allowed(name) === name) return;
  throw new ConfigError(`${option} ${name}: a name is made of letters, digits, ".", "-" and "_", as on GitHub.`);
}

function allowed(name: string | undefined): string | undefined {
  const fitting = name?.replaceAll(/[^\w.-]+/g, '-').slice(0, 100) ?? '';
  return NAME.test(fitting) && !/^\.+$/.test(fitting) ? fitting : undefined;
}
