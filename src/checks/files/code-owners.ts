import { compileGlob, literalOf, type PathTest } from './glob.ts';

interface Rule {
  readonly isOf: PathTest;
  /** Logins and teams as they are mentioned, and emails; in lower case. */
  readonly owners: readonly string[];
}

/** Who owns a file; empty: nobody. */
export type FindOwners = (path: string) => readonly string[];

/** `CODEOWNERS` as GitHub reads it: the last pattern that matches counts, also one without an owner. */
export function readCodeOwners(text: string): FindOwners {
  const latestFirst = text.split('\n').flatMap(ruleOf).toReversed();
  return (path) => latestFirst.find(({ isOf }) => isOf(path))?.owners ?? [];
}

function ruleOf(line: string): Rule[] {
  const [pattern = '', ...owners] = line
    .replace(/(^|\s)#.*$/, '')
    .trim()
    .split(/(?<!\\)\s+/);
  // GitHub knows neither.
  if (pattern.startsWith('!') || pattern.includes('[')) return [];
  const isOf = patternTest(pattern.replaceAll(/\\([ #])/g, '$1'));
  return isOf ? [{ isOf, owners: owners.map((owner) => owner.toLowerCase()) }] : [];
}

/** As in `.gitignore`: of a folder, too, with all that is in it, but for `folder/*`, which is of its own files alone. */
function patternTest(pattern: string): PathTest | undefined {
  const name = pattern.replace(/\/$/, '').replace(/^\//, '');
  if (name === '') return undefined;
  const isAnchored = pattern.startsWith('/') || name.includes('/');
  const glob = isAnchored ? name : `**/${name}`;
  const asFile = pattern.endsWith('/') ? undefined : compileGlob(glob);
  const asFolder = isAnchored && /(^|\/)\*$/.test(name) ? undefined : compileGlob(`${glob}/**`);
  if (!asFile && !asFolder) return undefined;
  const literal = literalOf(glob);
  return (path) => path.includes(literal) && ((asFile?.(path) ?? false) || (asFolder?.(path) ?? false));
}
