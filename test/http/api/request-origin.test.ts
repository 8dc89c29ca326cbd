import { describe, expect, it } from 'vitest';
import { createApi } from '../../../src/http/api/app.ts';
import { createTestApi, OPERATOR_TOKEN, storeFacts } from '../../support/api.ts';

const { db, deps, get } = await createTestApi();
await storeFacts(db, 1, 'acme');
const path = '/api/v1/orgs/acme';
const PEER = '10.0.0.1';

/** The address of the entry that a request makes which comes from `PEER`. */
async function recorded(trustedProxies: number, forwarded: string | undefined) {
  const api = createApi({ ...deps, trustedProxies, operatorToken: OPERATOR_TOKEN });
  const headers = {
    authorization: `Bearer ${OPERATOR_TOKEN}`,
    'content-type': 'application/json',
    ...(forwarded !== undefined && { 'x-forwarded-for': forwarded }),
  };
  const body = JSON.stringify({ name: 'a', scopes: ['read'] });
  const sent = { method: 'POST', headers, body };
  const made = await api.request(`${path}/tokens`, sent, { incoming: { socket: { remoteAddress: PEER } } });
  expect(made.status).toBe(201);
  return (await get(`${path}/audit-log?limit=1`)).body.data[0]?.['address'];
}

describe('the address that a request comes from', () => {
  it.each([
    ['that of the connection, whatever is told', 0, '203.0.113.7', PEER],
    ['what the one proxy has seen', 1, '203.0.113.7', '203.0.113.7'],
    ['not what its sender told the proxy', 1, '198.51.100.1, 203.0.113.7', '203.0.113.7'],
    ['what the first of two proxies has seen', 2, '198.51.100.1,2001:db8::7, 10.0.0.2', '2001:db8::7'],
    ['that of the connection, when the proxy tells nothing', 1, undefined, PEER],
    ['that of the connection, when it came around a proxy', 2, '203.0.113.7', PEER],
    ['no text that is no address', 1, 'unknown', PEER],
  ])('is %s', async (_, trustedProxies, forwarded, address) => {
    expect(await recorded(trustedProxies, forwarded)).toBe(address);
  });
});
