import { expect, it } from 'vitest';
import { send, startTestServer } from '../support/server.ts';
import { storeDelivery } from '../support/stored-deliveries.ts';

const { baseUrl, db } = await startTestServer();

function getMetrics(token: string) {
  return send(`${baseUrl}/metrics`, { method: 'GET', headers: { authorization: `Bearer ${token}` } });
}

it('counts deliveries by event and state', async () => {
  await storeDelivery(db, { event: 'push', payload: {} });
  await storeDelivery(db, { event: 'push', payload: {} });
  await storeDelivery(db, { event: 'star', payload: {} });
  const { status, text } = await getMetrics('operator-token-of-the-tests');
  expect(status).toBe(200);
  expect(text).toContain('shiplog_deliveries{event="push",state="pending"} 2');
  expect(text).toContain('shiplog_deliveries{event="star",state="pending"} 1');
  expect(text).toContain('process_resident_memory_bytes');
});

it('tells nobody but the operator', async () => {
  expect((await getMetrics('another-token-of-somebody')).status).toBe(401);
  expect((await send(`${baseUrl}/metrics`, { method: 'GET' })).status).toBe(401);
});
