import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import pg from 'pg';
import { notifyStale } from '../../../src/facts/stale.ts';
import { recomputeTouched } from '../../../src/metrics/derive/recompute.ts';
import { createTestApi, OPERATOR_TOKEN, repositoryFact, storeFacts } from '../../support/api.ts';
import { commitFact, pullFact } from '../../support/sample-facts.ts';

const { api, db, deps, url, request } = await createTestApi();
await storeFacts(db, 1, 'acme', repositoryFact(11, 'acme/shop'));
await storeFacts(db, 2, 'other', repositoryFact(21, 'other/secret'));
const open: { cancel(): Promise<void> }[] = [];
afterEach(async () => {
  for (const stream of open.splice(0)) await stream.cancel();
});

/** What is sent to a reader, as it comes. */
async function listen(token = OPERATOR_TOKEN) {
  const headers = { authorization: `Bearer ${token}` };
  const response = await api.request('/api/v1/orgs/acme/events', { headers });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) throw new Error('an answer has a body');
  let [text, ended] = ['', false];
  const reading = (async () => {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      text += value;
    }
    ended = true;
  })();
  open.push({
    cancel: async () => {
      await reader.cancel();
      await reading;
    },
  });
  return { response, text: () => text, ended: () => ended };
}

const event = (data: object) => `event: stale\ndata: ${JSON.stringify(data)}\n\n`;

describe('events', () => {
  it('tell what went stale, once it is committed, of their own organization alone', async () => {
    const { response, text } = await listen();
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect(response.headers.get('etag')).toBeNull();
    await storeFacts(db, 2, 'other', { commits: [commitFact(21, 'x')] });
    await storeFacts(db, 1, 'acme', { commits: [commitFact(11, 'a')], pull_requests: [pullFact(11, 1)] });
    const told = event({ repository: 'acme/shop', resources: ['commits', 'pulls'] });
    await expect.poll(text).toContain(told);
    await recomputeTouched(db, 1);
    await expect.poll(text).toContain(event({ repository: 'acme/shop', resources: ['metrics', 'incidents'] }));
    expect(text()).not.toContain('secret');
  });

  it('tell nothing of what was taken back, and are still there', async () => {
    const { text } = await listen();
    await expect(
      db.transaction().execute(async (trx) => {
        await notifyStale(trx, 1, new Map([[11, new Set(['releases' as const])]]));
        throw new Error('taken back');
      }),
    ).rejects.toThrow('taken back');
    await expect.poll(text).toContain(': still here');
    expect(text()).not.toContain('releases');
  });

  it('end when the token does', async () => {
    const { body } = await request('POST', '/api/v1/orgs/acme/tokens', {}, { name: 'a', scopes: ['read'] });
    const { ended } = await listen(String(body['token']));
    await sleep(300);
    expect(ended()).toBe(false);
    await request('DELETE', `/api/v1/orgs/acme/tokens/${String(body['id'])}`);
    await expect.poll(ended).toBe(true);
  });

  it('go on, with everything stale, when the connection was lost', async () => {
    const { text } = await listen();
    const killer = new pg.Client({ connectionString: url });
    await killer.connect();
    await killer.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'shiplog-events' and datname = current_database()`,
    );
    await killer.end();
    await expect.poll(text, { timeout: 10_000 }).toContain('"resources":["access","commits"');
    await storeFacts(db, 1, 'acme', { commits: [commitFact(11, 'b')] });
    await expect.poll(text).toContain(event({ repository: 'acme/shop', resources: ['commits'] }));
  });

  it('end when the server stops', async () => {
    const { ended } = await listen();
    await deps.events.close();
    await expect.poll(ended).toBe(true);
  });
});
