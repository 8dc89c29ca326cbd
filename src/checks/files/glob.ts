import { Minimatch } from 'minimatch';

const options = { dot: true, nobrace: true, noext: true, nonegate: true, nocomment: true, platform: 'linux' } as const;
const LONGEST = 1_000;

/** Of a path from the root of a repository. Patterns are anybody's: minimatch 11 matches them without backtracking. */
export type PathTest = (path: string) => boolean;

/** @returns undefined for what nobody writes in earnest */
export function compileGlob(glob: string): PathTest | undefined {
  if (glob === '' || glob.length > LONGEST) return undefined;
  const compiled = new Minimatch(glob, options);
  const literal = literalOf(glob);
  return (path) => path.includes(literal) && compiled.match(path);
}

/** The longest text that is in every path that matches: most paths match most patterns not, and this is quick to see. */
export function literalOf(glob: string): string {
  if (/[[\\]/.test(glob)) return '';
  const texts = glob.split(/[*?]+/).map((text) => text.replaceAll(/^\/+|\/+$/g, ''));
  return texts.reduce((longest, text) => (text.length > longest.length ? text : longest), '');
}
