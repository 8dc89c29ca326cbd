import { describe, expect, it } from 'vitest';
import { createTestApi, OPERATOR_TOKEN, storeFacts } from '../../support/api.ts';
import { serveTestApi } from '../../support/cli.ts';

const test = await createTestApi();
await storeFacts(test.db, 1, 'acme');
const port = await serveTestApi(test);
const authorization = `Bearer ${OPERATOR_TOKEN}`;
const TOKENS = `http://127.0.0.1:${port}/api/v1/orgs/acme/tokens`;

/** Without a length: by chunks. */
async function sendChunks(chunks: readonly string[]): Promise<number> {
  const response = await fetch(TOKENS, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: ReadableStream.from(chunks.map((chunk) => new TextEncoder().encode(chunk))),
    duplex: 'half',
  });
  await response.arrayBuffer();
  return response.status;
}

describe('over HTTP, a request', () => {
  it('without a body is one', async () => {
    const response = await fetch(`${TOKENS}/999`, { method: 'DELETE', headers: { authorization } });
    expect(response.status).toBe(404);
  });

  it('with a body in chunks is read, up to a limit', async () => {
    expect(await sendChunks(['{"name": "chun', 'ked", "scopes": ["read"]}'])).toBe(201);
    expect(await sendChunks(['{"name": "', 'x'.repeat(2 * 1024 * 1024), '"}'])).toBe(413);
  });

  it('with a body that is too long is refused', async () => {
    const body = JSON.stringify({ name: 'x'.repeat(2 * 1024 * 1024) });
    const response = await fetch(TOKENS, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body,
    });
    expect(response.status).toBe(413);
  });
});
