import type { MetricDefinition } from '../definition.ts';
import { globExpression } from '../glob.ts';

type Labels = Pick<MetricDefinition, 'incident_labels' | 'hotfix_labels' | 'hotfix_branches'>;

export function isIncident(labels: readonly string[], { incident_labels }: Labels): boolean {
  const pattern = new RegExp(globExpression(incident_labels), 'i');
  return labels.some((label) => pattern.test(label));
}

export function isHotfix(
  { labels, headRef }: { labels: readonly string[]; headRef: string | null },
  { hotfix_labels, hotfix_branches }: Labels,
): boolean {
  const label = new RegExp(globExpression(hotfix_labels), 'i');
  return labels.some((name) => label.test(name)) || new RegExp(globExpression(hotfix_branches)).test(headRef ?? '');
}
