import type { SourceCommit } from '../sync/commit-source.ts';
import type { GitClone } from '../sync/git-clone.ts';
import { readLog, sane } from '../sync/git-log.ts';
import { splitGit } from '../sync/git-process.ts';

/** A tag that names a commit, in the end. */
export interface Tag {
  readonly name: string;
  /** What the ref names: for an annotated tag, the tag's own sha. */
  readonly object: string;
  readonly commit: SourceCommit;
  /** In seconds since 1970: when it was tagged; for a lightweight tag, when its commit was committed. */
  readonly time: number;
}

export interface Tags {
  readonly tags: readonly Tag[];
  /** Names of those that lead to a tree or a file, as no release can. */
  readonly without: readonly string[];
}

interface Ref {
  readonly name: string;
  readonly object: string;
  readonly tagged: number;
}

export async function readTags({ path }: GitClone): Promise<Tags> {
  const refs = await listRefs(path);
  if (refs.length === 0) return { tags: [], without: [] };
  const peeled = await peel(path, refs);
  const commits = new Map<string, SourceCommit>();
  const shas = new Set(peeled.filter((sha) => sha !== undefined));
  if (shas.size > 0) {
    for await (const commit of readLog({ path, shas, counts: false })) commits.set(commit.sha, commit);
  }
  const tags = refs.flatMap(({ name, object, tagged }, index) => {
    const commit = commits.get(peeled[index] ?? '');
    if (!commit) return [];
    return [{ name, object, commit, time: tagged > 0 ? tagged : Date.parse(commit.committed_at) / 1_000 }];
  });
  const released = new Set(tags.map(({ name }) => name));
  return { tags, without: refs.map(({ name }) => name).filter((name) => !released.has(name)) };
}

async function listRefs(path: string): Promise<Ref[]> {
  const args = ['for-each-ref', '--format=%(objectname) %(taggerdate:unix) %(refname:strip=2)', 'refs/tags'];
  const refs: Ref[] = [];
  for await (const lines of splitGit({ path, args }, 10)) {
    for (const line of lines) {
      const [object = '', tagged = '', ...name] = line.split(' ');
      refs.push({ name: name.join(' '), object, tagged: sane(Number(tagged)) });
    }
  }
  return refs;
}

/** The commit at the end of each ref: a tag may name another tag. */
async function peel(path: string, refs: readonly Ref[]): Promise<(string | undefined)[]> {
  const lines = refs.map(({ object }) => `${object}^{commit}`);
  const answers: (string | undefined)[] = [];
  for await (const some of splitGit({ path, args: ['cat-file', '--batch-check=%(objectname)'], lines }, 10)) {
    for (const answer of some) answers.push(/^[0-9a-f]{40}$/.test(answer) ? answer : undefined);
  }
  return answers;
}

const PRERELEASE =
  /\d+\.\d+\.\d+-[0-9a-z]|\d[-._]?(?:alpha|beta|rc|pre|preview|dev|canary|next|nightly|snapshot)(?![a-z])/i;

/** Semantic versioning's pre-releases, such as 2.0.0-rc.1, and what others write for the same: 2.0rc1, v3-beta. */
export function isPrerelease(tagName: string): boolean {
  return PRERELEASE.test(tagName);
}
