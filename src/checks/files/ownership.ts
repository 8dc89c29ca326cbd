import type { ChangedFile, FileRules } from './changed-files.ts';
import { readCodeOwners } from './code-owners.ts';

/** Files of which no code owner has said yes. */
export interface Unapproved {
  readonly owners: readonly string[];
  readonly paths: readonly string[];
}

export interface Ownership {
  /** Of files that are read: those without an owner. */
  readonly unowned: readonly string[];
  readonly unapproved: readonly Unapproved[];
}

interface People {
  /** As `CODEOWNERS` may name those who approve: `@login`, `@org/team` and emails, in lower case. */
  readonly approvers: readonly string[];
  /** As `@login`. */
  readonly author: string | null;
}

interface Files {
  readonly read: readonly ChangedFile[];
  readonly all: readonly ChangedFile[];
}

/** @returns null where nobody is named as an owner of anything */
export function evaluateOwnership(
  { read, all }: Files,
  { codeOwners }: FileRules,
  { approvers, author }: People,
): Ownership | null {
  if (codeOwners === null) return null;
  const ownersOf = readCodeOwners(codeOwners);
  const owned = new Map(all.map(({ path }) => [path, ownersOf(path)]));
  const approving = new Set(approvers);
  const own = author?.toLowerCase();
  const missing = [...owned].filter(
    // Nobody approves their own work: what its author alone owns asks for nobody.
    ([, owners]) => owners.some((owner) => owner !== own) && !owners.some((owner) => approving.has(owner)),
  );
  const groups = Map.groupBy(missing, ([, owners]) => owners.join(' '));
  return {
    unowned: read.map(({ path }) => path).filter((path) => owned.get(path)?.length === 0),
    unapproved: [...groups.values()].map((group) => ({
      owners: group[0]?.[1] ?? [],
      paths: group.map(([path]) => path),
    })),
  };
}
