// What people write into the bodies of pull requests and issues, in the forms that GitHub itself reads or writes.

interface Written {
  readonly body: string | null;
  /** Of the repository: a reference to another one is none of ours. */
  readonly fullName: string;
}

const REFERENCE = String.raw`(?:([\w.-]+/[\w.-]+))?#(\d{1,9})\b`;
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

function readReferences(pattern: RegExp, { body, fullName }: Written): number[] {
  const numbers = [...(body ?? '').matchAll(pattern)]
    .filter(([, repository]) => repository === undefined || repository.toLowerCase() === fullName.toLowerCase())
    .map(([, , number]) => Number(number));
  return [...new Set(numbers)].toSorted((a, b) => a - b);
}

export interface NamedCause {
  readonly deployment: number | null;
  readonly pull: number | null;
  /** May be the start of one. */
  readonly sha: string | null;
}

const CAUSE = new RegExp(
  String.raw`\b(?:caused\s+by|root\s+cause)\b[\s:*_]*(?:deployment\s+#?(\d{1,15})\b|${REFERENCE}|` +
    String.raw`(?:commit\s+)?` +
    '`?' +
    String.raw`([0-9a-f]{7,64})\b)`,
  'i',
);

/** What an incident's body names as its cause. */
export function readCause({ body, fullName }: Written): NamedCause {
  const [, deployment, repository, pull, sha] = CAUSE.exec(body ?? '') ?? [];
  const isOurs = repository === undefined || repository.toLowerCase() === fullName.toLowerCase();
  return {
    deployment: deployment === undefined ? null : Number(deployment),
    pull: pull === undefined || !isOurs ? null : Number(pull),
    sha: sha?.toLowerCase() ?? null,
  };
}
