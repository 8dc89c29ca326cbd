import type { ChangedFile, ChangedFiles, FileRules } from './changed-files.ts';
import { type LinguistAttributes, readAttributes } from './git-attributes.ts';
import { isGenerated, isLock, isVendored } from './linguist-paths.ts';

/** Why nobody reads a file line by line. */
export type LeftOutKind = 'lock' | 'generated' | 'vendored';

interface Amount {
  readonly files: number;
  readonly lines: number;
}

/** What there is to read, and about how long that takes. */
export interface ReviewEffort extends Amount {
  readonly minutes: MinuteRange;
  readonly leftOut: readonly (Amount & { readonly kind: LeftOutKind })[];
  /** False: there is more than GitHub lists. */
  readonly complete: boolean;
}

interface MinuteRange {
  /** 0: less than a minute. */
  readonly low: number;
  /** Null: longer than can be said. */
  readonly high: number | null;
}

/** Lines an hour at which reviewers find most of what there is to find, from the thorough one to the quick one. */
export const THOROUGH = 300;
export const QUICK = 500;
const steps = [0, 1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 360, 480];

/** Sorts the files of a pull request: those that are read, and those that are left out. */
export function sortFiles({ files }: ChangedFiles, { attributes }: FileRules) {
  const attributesOf = readAttributes(attributes);
  const { read = [], ...leftOut } = Object.groupBy(files, ({ path }) => kindOf(path, attributesOf(path)) ?? 'read');
  return { read, leftOut };
}

/** Without generated, vendored and lock files: what the metric `pr-size` is made of. */
export function countReadLines(changed: ChangedFiles, rules: FileRules): number {
  return amountOf(sortFiles(changed, rules).read).lines;
}

export function estimateReview({ read, leftOut }: ReturnType<typeof sortFiles>, complete: boolean): ReviewEffort {
  const kinds = ['lock', 'generated', 'vendored'] as const;
  const { files, lines } = amountOf(read);
  return {
    files,
    lines,
    minutes: { low: stepBelow((lines * 60) / QUICK), high: stepAbove((lines * 60) / THOROUGH) },
    leftOut: kinds.flatMap((kind) => (leftOut[kind] ? [{ kind, ...amountOf(leftOut[kind]) }] : [])),
    complete,
  };
}

/** What `.gitattributes` says goes before what the path says. */
function kindOf(path: string, { generated, vendored }: LinguistAttributes): LeftOutKind | null {
  if (generated !== false) {
    if (isLock(path)) return 'lock';
    if (generated === true || isGenerated(path)) return 'generated';
  }
  return (vendored ?? isVendored(path)) ? 'vendored' : null;
}

function amountOf(files: readonly ChangedFile[]): Amount {
  const lines = files.reduce((total, { additions, deletions }) => total + additions + deletions, 0);
  return { files: files.length, lines };
}

function stepBelow(minutes: number): number {
  return steps.findLast((step) => step <= minutes) ?? 0;
}

function stepAbove(minutes: number): number | null {
  return steps.find((step) => step >= minutes) ?? null;
}
