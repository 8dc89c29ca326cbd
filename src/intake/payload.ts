import type { Problem } from '../http/problem-details.ts';

const ACTION = /^[a-z][a-z0-9_]{0,63}$/i;

/** What intake reads of a payload; the worker looks at the rest. */
export function parsePayload(body: Buffer): { readonly action: string | null } | Problem {
  const payload = parseJson(body);
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
    return { status: 400, detail: 'The body is not a JSON object.' };
  }
  const action = 'action' in payload ? payload.action : null;
  return { action: typeof action === 'string' && ACTION.test(action) ? action : null };
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
