/** What the message of a commit on the default branch tells of the pull request that it merged. */
export interface MergedPullRequest {
  readonly number: number;
  readonly title: string;
  readonly body: string | null;
  /** Undefined where the message does not name the branch. */
  readonly headRef: string | undefined;
}

const MERGE = /^Merge pull request #(\d+) from ([^\s/]+)\/(\S+)/;
const SQUASH = /^(.*\S)\s*\(#(\d+)\)\s*$/;
const LARGEST_NUMBER = 2 ** 31 - 1;
const LONGEST_BODY = 65_536;

/** Reads GitHub's own messages: of a merge, "Merge pull request #7 from owner/branch"; of a squash, "Title (#7)". */
export function parseMergeMessage(message: string): MergedPullRequest | undefined {
  const [subject = '', ...rest] = message.trimStart().split('\n');
  const text = rest.join('\n').trim();
  const merge = MERGE.exec(subject);
  if (merge) {
    const [title = '', ...body] = text.split('\n');
    return pullRequest({ digits: merge[1], title: title.trim() || subject, body: body.join('\n'), headRef: merge[3] });
  }
  const squash = SQUASH.exec(subject);
  return squash
    ? pullRequest({ digits: squash[2], title: squash[1] ?? '', body: text, headRef: undefined })
    : undefined;
}

interface MessageParts {
  digits: string | undefined;
  title: string;
  body: string;
  headRef: string | undefined;
}

function pullRequest({ digits, title, body, headRef }: MessageParts): MergedPullRequest | undefined {
  const number = Number(digits);
  if (!(number > 0 && number <= LARGEST_NUMBER)) return undefined;
  return { number, title: title.slice(0, 1_024), body: body.trim().slice(0, LONGEST_BODY) || null, headRef };
}
