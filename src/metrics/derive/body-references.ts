import { githubHost } from '../../config.ts';

// What people write into the bodies of pull requests and issues, in the forms that GitHub itself reads or writes.

interface Written {
  readonly body: string | null;
  /** Of the repository: a reference to another one is none of ours. */
  readonly fullName: string;
  /** Of its GitHub. */
  readonly host?: string;
}

const NAME = String.raw`[\w.-]+/[\w.-]+`;
const PAGE = String.raw`(?:pull|issues)/(?<page>\d{1,9})|commit/(?<commit>[0-9a-f]{7,64})`;
/** `#N`, `owner/name#N`, or the address of a page. */
const REFERENCE = String.raw`(?:(?<name>${NAME})?#(?<number>\d{1,9})|<?https?://(?<host>[\w.:-]+)/(?<path>${NAME})/(?:${PAGE}))\b`;
const REVERTS = new RegExp(String.raw`\breverts\s+${REFERENCE}`, 'gi');
const CLOSES = new RegExp(String.raw`\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+${REFERENCE}`, 'gi');
const REVERT_BRANCH = /^revert-(\d{1,9})-/;

/** The pull requests that one reverts: its body names them, or else its branch, as GitHub's button makes it. */
export function readReverts(pull: Written & { readonly headRef: string | null }): number[] {
  const named = readReferences(REVERTS, pull);
  if (named.length > 0) return named;
  const number = REVERT_BRANCH.exec(pull.headRef ?? '')?.[1];
  return number === undefined ? [] : [Number(number)];
}

/** The issues that a pull request closes by GitHub's keywords. */
export function readClosed(pull: Written): number[] {
  return readReferences(CLOSES, pull);
}

function readReferences(pattern: RegExp, written: Written): number[] {
  const numbers = listOwn(pattern, written).flatMap(({ number, page }) => number ?? page ?? []);
  return [...new Set(numbers.map(Number))].toSorted((a, b) => a - b);
}

type Groups = Readonly<Record<string, string | undefined>>;

/** What names nothing of another repository, or of another GitHub. */
function listOwn(pattern: RegExp, { body, fullName, host = githubHost() }: Written): Groups[] {
  return [...(body ?? '').matchAll(pattern)]
    .map(({ groups = {} }): Groups => groups)
    .filter((found) => isSame(found['host'], host) && isSame(found['name'] ?? found['path'], fullName));
}

function isSame(named: string | undefined, own: string): boolean {
  return named === undefined || named.toLowerCase() === own.toLowerCase();
}

export interface NamedCause {
  readonly deployment: number | null;
  readonly pull: number | null;
  /** May be the start of one. */
  readonly sha: string | null;
}

const CAUSE = new RegExp(
  String.raw`\b(?:caused\s+by|root\s+cause)\b[\s:*_]*(?:deployment\s+#?(?<deployment>\d{1,15})\b|${REFERENCE}|` +
    String.raw`(?:commit\s+)?` +
    '`?' +
    String.raw`(?<sha>[0-9a-f]{7,64})\b)`,
  'gi',
);

/** What an incident's body names as its cause: the first that is of the repository. */
export function readCause(written: Written): NamedCause {
  const [found = {}] = listOwn(CAUSE, written);
  const [pull, sha] = [found['number'] ?? found['page'], found['sha'] ?? found['commit']];
  return {
    deployment: found['deployment'] === undefined ? null : Number(found['deployment']),
    pull: pull === undefined ? null : Number(pull),
    sha: sha?.toLowerCase() ?? null,
  };
}
