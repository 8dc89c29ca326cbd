import { Octokit } from '@octokit/rest';
import { composeConfigGet } from '@probot/octokit-plugin-config';
import { YAMLParseError } from 'yaml';
import { z } from 'zod';
import { ForbiddenError, NotFoundError } from '../errors.ts';
import type { InstallationClient } from '../github/github.ts';
import type { FileProblem, WrongFile } from './check-facts.ts';
import { isRefusal } from './files/unless-refused.ts';
import { lineOf } from './line-of.ts';
import { type FileSettings, fileSettingsSchema } from './settings.ts';

const FILE = '.github/shiplog.yml';
const LONGEST = 65_536;
/** Each is a request. */
const MOST_FILES = 10;
/** In characters. */
const LONGEST_MESSAGE = 500;

const content = z.strictObject({ check_run: fileSettingsSchema.optional() });
const contentsParameters = z.object({ owner: z.string(), repo: z.string(), path: z.string() });

/** What a repository says of itself in `.github/shiplog.yml` on its default branch. */
export interface RepositoryFile {
  readonly settings: FileSettings;
  readonly problem: FileProblem | null;
}

export interface RepositoryName {
  readonly owner: string;
  readonly repo: string;
}

/**
 * Through Probot's config plugin: where the repository has no file, that of the organization's `.github` repository
 * counts, and `_extends` names another one. What is not right counts not at all, and is told.
 */
export async function readRepositoryFile(github: InstallationClient, name: RepositoryName): Promise<RepositoryFile> {
  const texts = new Map<string, string>();
  try {
    const { files } = await composeConfigGet(octokitOver(github, texts), { ...name, path: FILE });
    return settingsOf(files, { own: name, texts });
  } catch (error) {
    const problem = problemOf(error);
    if (problem) return { settings: {}, problem: short(problem) };
    throw error;
  }
}

/** A run is never kept waiting by a file that GitHub does not tell: it is made without, and says so. */
export async function fileOrUnread(ask: () => Promise<RepositoryFile>): Promise<RepositoryFile> {
  try {
    return await ask();
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const unread = error instanceof ForbiddenError ? 'forbidden' : 'unavailable';
    return { settings: {}, problem: { file: FILE, unread } };
  }
}

/** The plugin's requests go the way of all others: paced, within the budget, and with a token that reads. */
function octokitOver(github: InstallationClient, texts: Map<string, string>): Octokit {
  const octokit = new Octokit();
  octokit.hook.wrap('request', async (_send, options) => {
    const { owner, repo, path } = contentsParameters.parse(options);
    // What is wrong with a file is told to all who see the run, and not all of them may see all that the App can read.
    if (path !== FILE) throw new FileError(`Only ${FILE} of another repository can be extended.`);
    if (texts.size === MOST_FILES) throw new FileError(`More than ${MOST_FILES} files extend each other.`);
    const route = 'GET /repos/{owner}/{repo}/contents/{path}';
    const parameters = { owner, repo, path, mediaType: { format: 'raw' } };
    const data = await github.rest({ route, parameters, data: z.unknown() }).catch(asRequestError);
    const isText = typeof data === 'string';
    if (isText && data.length > LONGEST) throw new FileError(`It is longer than ${LONGEST} characters.`);
    if (isText) texts.set(keyOf({ owner, repo, path }), data);
    const type = isText ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8';
    return { status: 200, url: '', headers: { 'content-type': type }, data };
  });
  return octokit;
}

class FileError extends Error {
  override readonly name = 'FileError';
}

/** The plugin knows a file that is not there by its status. */
function asRequestError(error: unknown): never {
  throw error instanceof NotFoundError ? Object.assign(new Error(error.message), { status: 404 }) : error;
}

interface ReadFile extends RepositoryName {
  readonly path: string;
  readonly config: object | null;
}

interface Read {
  readonly own: RepositoryName;
  readonly texts: ReadonlyMap<string, string>;
}

/** The first file is the repository's own, and goes before those that it extends. */
function settingsOf(files: readonly ReadFile[], { own, texts }: Read): RepositoryFile {
  const settings: FileSettings = {};
  for (const file of files.toReversed()) {
    if (file.config === null) continue;
    const parsed = content.safeParse(file.config);
    const place = file.repo === own.repo && file.owner === own.owner ? '' : ` of ${file.owner}/${file.repo}`;
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      const line = issue ? lineOf(issue, texts.get(keyOf(file)) ?? '') : null;
      return { settings: {}, problem: short({ file: `${file.path}${place}`, line, message: messageOf(issue) }) };
    }
    Object.assign(settings, parsed.data.check_run);
  }
  return { settings, problem: null };
}

/** It has to fit beside what else there is to say. */
function short({ message, ...place }: WrongFile): WrongFile {
  return { ...place, message: message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)} …` : message };
}

function messageOf(issue: z.core.$ZodIssue | undefined): string {
  if (!issue) return 'It is not of the right shape.';
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys((issue.path.length === 0 ? content : fileSettingsSchema).shape);
    return `${issue.keys.join(', ')} is not known here; known are ${known.join(', ')}`;
  }
  return [issue.path.map(String).join('.'), issue.message].filter((part) => part !== '').join(': ');
}

function keyOf({ owner, repo, path }: RepositoryName & { readonly path: string }): string {
  return `${owner}/${repo}/${path}`;
}

const PLUGIN = '[@probot/octokit-plugin-config] ';

/** @returns undefined for what is no matter of the file */
function problemOf(error: unknown): WrongFile | undefined {
  if (error instanceof FileError) return { file: FILE, line: null, message: error.message };
  if (!(error instanceof Error) || !error.message.startsWith(PLUGIN)) return undefined;
  const { cause } = error;
  if (cause instanceof YAMLParseError) {
    const [message = ''] = cause.message.split('\n');
    return { file: FILE, line: cause.linePos?.[0].line ?? null, message };
  }
  return { file: FILE, line: null, message: error.message.slice(PLUGIN.length) };
}
