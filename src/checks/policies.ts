import type { CheckFacts } from './check-facts.ts';
import type { EvaluatedReview } from './files/evaluate-review.ts';
import type { Unapproved } from './files/ownership.ts';

/** What a policy that somebody has turned on holds against a merge. */
export type Violation =
  | { readonly policy: 'max_lines'; readonly lines: number; readonly most: number }
  | { readonly policy: 'code_owner_review'; readonly unapproved: readonly Unapproved[] }
  | { readonly policy: 'deployment_freeze'; readonly incidents: readonly string[] };

/** Of what is merged already, none; and what could not be read is held against nobody. */
export function listViolations(
  { settings, pull, openIncidents, repairs }: CheckFacts,
  review: EvaluatedReview | null,
): Violation[] {
  if (pull && pull.about.state !== 'open') return [];
  const found: Violation[] = [];
  if (review && settings.max_lines > 0 && review.effort.lines > settings.max_lines) {
    found.push({ policy: 'max_lines', lines: review.effort.lines, most: settings.max_lines });
  }
  const unapproved = review?.ownership?.unapproved ?? [];
  if (settings.code_owner_review && unapproved.length > 0) found.push({ policy: 'code_owner_review', unapproved });
  // What mends the incident has to get through.
  if (settings.deployment_freeze && openIncidents.length > 0 && !repairs) {
    found.push({ policy: 'deployment_freeze', incidents: openIncidents });
  }
  return found;
}
