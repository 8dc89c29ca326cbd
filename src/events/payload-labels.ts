import { z } from 'zod';
import { text } from './payload-values.ts';

export const labels = z.array(z.object({ name: text() }));

/** In the order of their names, so that another order of the same labels is no change. */
export function sortedLabels(given: z.output<typeof labels>): string[] {
  return given.map(({ name }) => name).toSorted();
}
