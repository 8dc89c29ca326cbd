import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Refusal } from './request.ts';
import type { Tokens } from './tokens.ts';
import { fastImport } from './truth/git-objects.ts';
import type { Repository } from './truth/repository.ts';
import type { Truth } from './truth/truth.ts';

/** Serves the truth's repositories to `git clone`, by git's own HTTP program from bare repositories made on demand. */
export class GitServer {
  readonly #truth: Truth;
  readonly #tokens: Tokens;
  #folder: string | undefined;
  readonly #written = new Map<number, string>();

  constructor(truth: Truth, tokens: Tokens) {
    this.#truth = truth;
    this.#tokens = tokens;
  }

  /** Answers one request of git's; returns the status. */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<number> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const [, fullName = '', rest = ''] = /^\/([^/]+\/[^/]+?)(?:\.git)?(\/.*)$/.exec(url.pathname) ?? [];
    const refusal = this.#refuse(request, fullName);
    if (refusal) {
      response.writeHead(refusal.status, { 'www-authenticate': 'Basic realm="GitHub"' }).end(refusal.message);
      return refusal.status;
    }
    const repository = this.#truth.repository(fullName);
    const root = this.#write(repository);
    return runBackend({ request, response, root, path: `/${repository.id}.git${rest}`, query: url.search.slice(1) });
  }

  stop(): void {
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  }

  /** As GitHub: 401 without a good token, 404 for what the token may not read. */
  #refuse({ headers }: IncomingMessage, fullName: string): Refusal | undefined {
    const repository = this.#truth.findRepository(fullName);
    if (repository && !repository.private && headers.authorization === undefined) return undefined;
    if (headers.authorization === undefined) return new Refusal(401, 'Repository not found.');
    try {
      const caller = this.#tokens.identify(headers.authorization);
      const token = caller.kind === 'installation' ? caller.token : undefined;
      const isVisible = repository && token && this.#truth.visibleTo(token.installation).includes(repository);
      if (!isVisible || !(token.repositoryIds?.has(repository.id) ?? true)) return new Refusal(404, 'Not Found');
      return token.permissions['contents'] === undefined ? new Refusal(403, 'Write access not granted.') : undefined;
    } catch (error) {
      if (error instanceof Refusal) return new Refusal(error.status, error.message);
      throw error;
    }
  }

  /** Writes the repository anew when its commits or branches have changed; returns the folder that holds it. */
  #write(repository: Repository): string {
    this.#folder ??= mkdtempSync(join(tmpdir(), 'stand-in-git-'));
    const refs = refLines(repository);
    if (this.#written.get(repository.id) === refs) return this.#folder;
    const path = join(this.#folder, `${repository.id}.git`);
    rmSync(path, { recursive: true, force: true });
    run(['init', '--quiet', '--bare', `--initial-branch=${repository.defaultBranch}`, path]);
    run(['-C', path, 'fast-import', '--quiet', '--force'], importScript(repository));
    run(['-C', path, 'update-ref', '--stdin'], `${refs}delete refs/import/tip\n`);
    for (const setting of ['uploadpack.allowFilter', 'uploadpack.allowAnySHA1InWant'])
      run(['-C', path, 'config', setting, 'true']);
    this.#written.set(repository.id, refs);
    return this.#folder;
  }
}

function refLines(repository: Repository): string {
  const branches = [...repository.branches].map(([name, sha]) => `update refs/heads/${name} ${sha}\n`);
  const pulls = repository.pulls.map(({ number, headSha }) => `update refs/pull/${number}/head ${headSha}\n`);
  const tags = repository.tags.map(({ name, sha }) => `update refs/tags/${name} ${sha}\n`);
  return [...branches, ...pulls, ...tags].join('');
}

/** Commits in the order in which they were made: parents come first. */
function importScript(repository: Repository): string {
  const marks = new Map<string, number>();
  const mark = (sha: string) => marks.get(sha) ?? marks.set(sha, marks.size + 1).size;
  return [...repository.commits.values()].map((commit) => fastImport(commit, mark, commit.sha)).join('');
}

function run(args: readonly string[], input = ''): void {
  const { status, stderr } = spawnSync('git', args, { input, encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`git ${args.join(' ')} failed: ${stderr}`);
}

interface Backend {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly root: string;
  readonly path: string;
  readonly query: string;
}

/** `git http-backend` speaks CGI: headers, an empty line, the body. */
function runBackend({ request, response, root, path, query }: Backend): Promise<number> {
  const { headers, method = 'GET' } = request;
  const backend = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env['PATH'],
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: path,
      QUERY_STRING: query,
      REQUEST_METHOD: method,
      CONTENT_TYPE: headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(headers['git-protocol'] ?? ''),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  request.pipe(backend.stdin);
  return new Promise((resolve, reject) => {
    let head = Buffer.alloc(0);
    backend.on('error', reject);
    backend.stdin.on('error', () => {});
    response.on('close', () => backend.kill());
    backend.stdout.on('data', (chunk: Buffer) => {
      if (response.headersSent) {
        response.write(chunk);
        return;
      }
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end === -1) return;
      writeHead(response, head.subarray(0, end).toString());
      response.write(head.subarray(end + 4));
    });
    backend.stdout.on('end', () => {
      if (!response.headersSent) response.writeHead(500);
      response.end();
      resolve(response.statusCode);
    });
  });
}

function writeHead(response: ServerResponse, text: string): void {
  const headers = text.split('\r\n').map((line) => line.split(/:\s*/, 2));
  const status = Number(headers.find(([name]) => name === 'Status')?.[1]?.split(' ')[0] ?? 200);
  for (const [name = '', value = ''] of headers) if (name !== 'Status') response.setHeader(name, value);
  response.writeHead(status);
}
