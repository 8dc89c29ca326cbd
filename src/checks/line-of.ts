import { isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';

/** The line of a YAML text that an issue is about, counted from 1; null when it can not be found. */
export function lineOf(issue: z.core.$ZodIssue, text: string): number | null {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, logLevel: 'silent' });
  const node: unknown = issue.path.length === 0 ? document.contents : document.getIn(issue.path, true);
  const start = issue.code === 'unrecognized_keys' ? keyStart(node, issue.keys[0]) : startOf(node);
  return start === undefined ? null : lineCounter.linePos(start).line;
}

function keyStart(map: unknown, key: string | undefined): number | undefined {
  if (!isMap(map)) return startOf(map);
  return startOf(map.items.find((pair) => isScalar(pair.key) && pair.key.value === key)?.key);
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
