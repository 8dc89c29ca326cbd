/** What GitHub's built-in roles allow, the least first. */
export const builtInLevels = ['read', 'triage', 'write', 'maintain', 'admin'] as const;

/** A level and those that allow more. */
export function levelsFrom(least: (typeof builtInLevels)[number]): readonly string[] {
  return builtInLevels.slice(builtInLevels.indexOf(least));
}

/** A role that is not known may be anything but more than admin. */
export const rankedLevels = ['read', 'triage', 'write', 'maintain', 'unknown', 'admin'] as const;
export const UNKNOWN_RANK = 5;
