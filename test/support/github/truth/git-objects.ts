import { createHash } from 'node:crypto';

/** Who, and when: ISO 8601 in UTC, whole seconds. */
export interface GitPerson {
  readonly name: string;
  readonly email: string;
  readonly at: string;
}

export interface CommitText {
  readonly parents: readonly string[];
  readonly author: GitPerson;
  readonly committer: GitPerson;
  readonly message: string;
  /** All that the commit's one file holds. */
  readonly content: string;
}

/** The name of the only file that a commit has. */
export const FILE = 'history.txt';

/** The id that git gives to such a commit, so that a clone has the same ones. */
export function commitSha(commit: CommitText): string {
  return objectId('commit', Buffer.from(commitBody(commit))).toString('hex');
}

export function treeSha({ content }: Pick<CommitText, 'content'>): string {
  const blob = objectId('blob', Buffer.from(content));
  return objectId('tree', Buffer.concat([Buffer.from(`100644 ${FILE}\0`), blob])).toString('hex');
}

/** As `git fast-import` reads it; `mark` is its number there. */
export function fastImport(commit: CommitText, mark: (sha: string) => number, sha: string): string {
  const parents = commit.parents.map((parent, index) => `${index === 0 ? 'from' : 'merge'} :${mark(parent)}`);
  return [
    ...(parents.length === 0 ? ['reset refs/import/tip'] : []),
    'commit refs/import/tip',
    `mark :${mark(sha)}`,
    `author ${person(commit.author)}`,
    `committer ${person(commit.committer)}`,
    data(commit.message),
    ...parents,
    `M 100644 inline ${FILE}`,
    data(commit.content),
    '',
  ].join('\n');
}

function commitBody(commit: CommitText): string {
  return [
    `tree ${treeSha(commit)}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${person(commit.author)}`,
    `committer ${person(commit.committer)}`,
    '',
    commit.message,
  ].join('\n');
}

function person({ name, email, at }: GitPerson): string {
  return `${name} <${email}> ${Math.floor(Date.parse(at) / 1_000)} +0000`;
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}`;
}

function objectId(type: string, body: Buffer): Buffer {
  return createHash('sha1').update(`${type} ${body.length}\0`).update(body).digest();
}
