import { Minimatch } from 'minimatch';

const options = { dot: true, nobrace: true, noext: true, nonegate: true, nocomment: true, platform: 'linux' } as const;
const LONGEST = 1_000;

/** Of a path from the root of a repository. Patterns are anybody's: minimatch 11 matches them without backtracking. */
export type PathTest = (path: string) => boolean;

/** @returns undefined for what nobody writes in earnest */
export function compileGlob(glob: string): PathTest | undefined {
  if (glob === '' || glob.length > LONGEST) return undefined;
  const compiled = new Minimatch(glob, options);
  return (path) => compiled.match(path);
}
