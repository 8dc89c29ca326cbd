import type { CheckFacts } from './check-facts.ts';

/** What a policy that somebody has turned on holds against a merge. */
export type Violation =
  | { readonly policy: 'max_lines'; readonly lines: number; readonly most: number }
  | { readonly policy: 'deployment_freeze'; readonly incidents: readonly number[] };

/** Of what is merged already, none. */
export function listViolations({ settings, pull, openIncidents, repairs }: CheckFacts): Violation[] {
  if (pull && pull.about.state !== 'open') return [];
  const found: Violation[] = [];
  const lines = pull ? linesOf(pull.about) : null;
  if (settings.max_lines > 0 && lines !== null && lines > settings.max_lines) {
    found.push({ policy: 'max_lines', lines, most: settings.max_lines });
  }
  // What mends the incident has to get through.
  if (settings.deployment_freeze && openIncidents.length > 0 && !repairs) {
    found.push({ policy: 'deployment_freeze', incidents: openIncidents });
  }
  return found;
}

function linesOf({ additions, deletions }: { additions: number | null; deletions: number | null }): number | null {
  return additions === null || deletions === null ? null : additions + deletions;
}
