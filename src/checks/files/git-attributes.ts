import { compileGlob, type PathTest } from './glob.ts';

/** What `.gitattributes` says of a file; null: nothing, so that its path decides. */
export interface LinguistAttributes {
  readonly generated: boolean | null;
  readonly vendored: boolean | null;
}

interface Line {
  readonly isOf: PathTest;
  readonly words: readonly string[];
}

const MACRO = /^\[attr\](\S+)\s+(.*)$/;
const QUOTED = /^"((?:[^"\\]|\\.)*)"\s+(.*)$/;
const PLAIN = /^(\S+)\s+(.*)$/;

/** Of the root's `.gitattributes`, as git reads it: the last line that says something of an attribute counts. */
export function readAttributes(text: string | null): (path: string) => LinguistAttributes {
  const macros = new Map<string, readonly string[]>();
  const lines: Line[] = [];
  for (const written of (text ?? '').split('\n')) {
    const line = written.trim();
    const macro = MACRO.exec(line);
    if (macro) macros.set(macro[1] ?? '', wordsOf(macro[2]));
    else lines.push(...lineOf(line, macros));
  }
  const latestFirst = lines.toReversed();
  return (path) => {
    const own = latestFirst.filter(({ isOf }) => isOf(path));
    return { generated: stateOf('linguist-generated', own), vendored: stateOf('linguist-vendored', own) };
  };
}

function lineOf(line: string, macros: ReadonlyMap<string, readonly string[]>): Line[] {
  // Git forbids patterns that are negated.
  if (line.startsWith('#') || line.startsWith('!')) return [];
  const quoted = QUOTED.exec(line);
  const [, pattern = '', rest] = quoted ?? PLAIN.exec(line) ?? [];
  const words = wordsOf(rest).flatMap((word) => [word].concat(macros.get(word) ?? []));
  if (!words.some((word) => word.includes('linguist-'))) return [];
  const isOf = compileGlob(globOf(quoted ? pattern.replaceAll(/\\(.)/g, '$1') : pattern));
  return isOf ? [{ isOf, words }] : [];
}

/** One without a slash is of a name, wherever it is; one that ends with a slash is of a folder, and of no file. */
function globOf(pattern: string): string {
  if (pattern.endsWith('/')) return '';
  return pattern.includes('/') ? pattern.replace(/^\//, '') : `**/${pattern}`;
}

function wordsOf(text: string | undefined): string[] {
  return (text ?? '').split(/\s+/).filter((word) => word !== '');
}

/** `name`, `-name`, `!name` or `name=value`; any value but `false` means yes, as Linguist has it. */
function stateOf(name: string, latestFirst: readonly Line[]): boolean | null {
  for (const { words } of latestFirst) {
    const word = words.findLast((each) => each.replace(/^[-!]/, '').split('=')[0] === name);
    if (word === `!${name}`) return null;
    if (word !== undefined) return word !== `-${name}` && word !== `${name}=false`;
  }
  return null;
}
