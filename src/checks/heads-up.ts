import type { CheckedPull } from './check-facts.ts';

/** What a reviewer may want to know before they start. */
export type HeadsUp =
  | { readonly kind: 'fork' }
  | { readonly kind: 'first_contribution'; readonly login: string | null };

export function listHeadsUp({ about, firstContribution }: CheckedPull): HeadsUp[] {
  return [
    ...(about.fork === true ? [{ kind: 'fork' } as const] : []),
    ...(firstContribution === true ? [{ kind: 'first_contribution', login: about.author } as const] : []),
  ];
}
