import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { makeFolder } from './git-repository.ts';

/** One example of a page, with what of its answer the page shows. */
export interface Example {
  readonly heading: string;
  readonly line: number;
  readonly script: string;
  readonly shown: unknown;
}

/** The `sh` blocks of a page, each with the `json` block that follows it. */
export function readExamples(path: string): Example[] {
  const page = readFileSync(path, 'utf8');
  return [...page.matchAll(/^```sh\n([^]*?)^```\n(?:\n```json\n([^]*?)^```\n)?/gm)].map((match) => {
    const before = page.slice(0, match.index);
    const heading = /^## (.*)$(?![^]*^## )/m.exec(before)?.[1] ?? '';
    const shown: unknown = match[2] === undefined ? undefined : JSON.parse(match[2]);
    return { heading, line: before.split('\n').length, script: match[1] ?? '', shown };
  });
}

interface Reader {
  /** In place of the page's own address and token. */
  readonly url: string;
  readonly operatorToken: string;
  readonly env: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
}

/** Does what a reader of the page does: one example after the other, in a folder of their own. */
export function createReader({ url, operatorToken, env, files }: Reader) {
  const folder = makeFolder();
  mkdirSync(join(folder, '.data'));
  const written = { ...files, '.data/operator-token': `${operatorToken}\n`, state: '', '.curlrc': CURL };
  for (const [name, content] of Object.entries(written)) writeFileSync(join(folder, name), content);
  let answer: unknown;
  return {
    folder,
    run: async ({ script }: Example) => {
      const adapted = script
        .replaceAll('http://127.0.0.1:3000', url)
        .replaceAll('npm run -s shiplog --', `${process.execPath} ${resolve('src/cli/shiplog.ts')}`)
        // What a person copies from the answer before.
        .replace(/^(\w+)=\S+ # (\w+) of the answer above$/gm, (_, name, field) => `${name}=${fieldOf(answer, field)}`);
      const bash = `set -eua\n. ./state\n${adapted}\nexport -p > state\n`;
      const child = spawn('bash', ['--norc', '-c', bash], {
        stdio: ['ignore', 'pipe', 'pipe'],
        cwd: folder,
        env: { PATH: process.env['PATH'], CURL_HOME: folder, ...env },
      });
      const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
      const last = stdout.trimEnd().split('\n').at(-1) ?? '';
      answer = last.startsWith('{') ? JSON.parse(last) : undefined;
      return { code: child.exitCode, stdout, stderr, answer };
    },
  };
}

/** A newline after each answer, and an error for each that is one. */
const CURL = 'silent\nshow-error\nfail-with-body\nwrite-out = "\\n"\n';

function fieldOf(answer: unknown, field: string): string {
  return String(Object(answer)[field]);
}

/**
 * Where an answer is not as the page shows it. What is shown must be there, and be of that type; words must be the same,
 * but for those with a digit or an ellipsis in them, which are examples.
 */
export function listDifferences(shown: unknown, answer: unknown, at = ''): string[] {
  if (Array.isArray(shown)) {
    if (!Array.isArray(answer)) return [`${at} is no list`];
    if (shown.length > answer.length) return [`${at} has ${answer.length} items`];
    return shown.flatMap((item, index) => listDifferences(item, answer[index], `${at}[${index}]`));
  }
  if (typeof shown === 'object' && shown !== null) {
    return Object.entries(shown).flatMap(([key, value]) => listDifferences(value, Object(answer)[key], `${at}.${key}`));
  }
  const isSame = isExample(shown) ? typeof answer === typeof shown : answer === shown;
  return isSame ? [] : [`${at} is ${JSON.stringify(answer)}`];
}

function isExample(shown: unknown): boolean {
  return typeof shown === 'number' || (typeof shown === 'string' && /[\d…]/.test(shown));
}
