import type { SourceCommit } from './commit-source.ts';
import { type GitCommand, splitGit } from './git-process.ts';

export interface LogOptions {
  readonly path: string;
  /** Which commits: revisions and options of git log. */
  readonly revisions?: readonly string[];
  /** Exactly these, in this order, each once. */
  readonly shas?: Iterable<string>;
  /** Whether to count lines, which costs git a diff for each commit. */
  readonly counts: boolean;
  /** Names and emails as they were committed, which is how GitHub tells them; else after the mailmap. */
  readonly asCommitted?: boolean;
}

// No field can hold a NUL: git ends a message there.
const mapped = ['%H', '%P', '%aN', '%aE', '%cN', '%cE', '%at', '%ct', '%B'];
const committed = mapped.map((field) => field.replace(/[NE]$/, (letter) => letter.toLowerCase()));
/** Starts a commit, to tell it from the counts of the one before. */
const START = '\x01';

/** git knows the parents of every commit. */
export interface LoggedCommit extends SourceCommit {
  readonly parents: readonly string[];
}

/** Reads commits; a merge's counts are those against its first parent, as on GitHub. */
export async function* readLog(options: LogOptions): AsyncGenerator<LoggedCommit> {
  let commit: LoggedCommit | undefined;
  let values: string[] = [];
  for await (const parts of splitGit(logCommand(options), 0)) {
    for (const part of parts) {
      if (values.length > 0 && values.length < mapped.length) {
        values.push(part);
        if (values.length === mapped.length) commit = parseCommit(values, options.counts);
        continue;
      }
      const start = part.indexOf(START);
      const counts = start === -1 ? part : part.slice(0, start);
      if (commit && counts) commit = { ...commit, ...parseCounts(counts) };
      if (start === -1) continue;
      if (commit) yield commit;
      values = [part.slice(start + 1)];
    }
  }
  if (commit) yield commit;
}

function logCommand({ path, revisions = [], shas, counts, asCommitted }: LogOptions): GitCommand {
  const fields = asCommitted ? committed : mapped;
  const args = [
    'log',
    '-z',
    `--format=${START}${fields.join('%x00')}%x00`,
    ...(counts ? ['--diff-merges=first-parent', '--shortstat', '--no-ext-diff', '--no-textconv'] : ['--no-patch']),
    // In a bare clone git would look for the mailmap in the head's tree.
    ...(asCommitted ? ['--no-mailmap'] : []),
    ...(shas ? ['--no-walk=unsorted', '--stdin'] : []),
    ...revisions,
    '--',
  ];
  // After `--` git would take lines of its input for paths.
  return shas ? { path, args: args.slice(0, -1), lines: shas } : { path, args };
}

function parseCommit(values: readonly string[], counted: boolean): LoggedCommit {
  const [sha = '', parents = '', authorName = '', authorEmail = '', committerName = '', committerEmail = ''] = values;
  const [authored = '', committed = '', message = ''] = values.slice(6);
  const none = counted ? 0 : null;
  return {
    sha,
    parents: parents === '' ? [] : parents.split(' '),
    author: { name: authorName, email: authorEmail },
    committer: { name: committerName, email: committerEmail },
    authored_at: toTime(Number(authored)),
    committed_at: toTime(Number(committed)),
    message,
    // git prints no counts for a commit that changes nothing.
    additions: none,
    deletions: none,
    changed_files: none,
  };
}

function parseCounts(text: string) {
  const count = (pattern: RegExp) => Number(pattern.exec(text)?.[1] ?? 0);
  return {
    changed_files: count(/^\s*(\d+)/),
    additions: count(/(\d+)[^,]*\(\+\)/),
    deletions: count(/(\d+)[^,]*\(-\)/),
  };
}

const LAST_SECOND = Date.UTC(9999, 11, 31) / 1_000;

/** Seconds since 1970; what no calendar has, as broken commits say, becomes the nearest second that one has. */
export function sane(seconds: number): number {
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), LAST_SECOND) : 0;
}

function toTime(seconds: number): string {
  return new Date(sane(seconds) * 1_000).toISOString();
}
