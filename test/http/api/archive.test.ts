import { describe, expect, it } from 'vitest';
import { withTenant } from '../../../db/tenant.ts';
import { updateMembers } from '../../../src/access/update-members.ts';
import { applyFacts } from '../../../src/facts/apply.ts';
import { OPERATOR_TOKEN, repositoryFact, storeFacts } from '../../support/api.ts';
import { readArchive } from '../../support/archive.ts';
import { Browser } from '../../support/browser.ts';
import type { Person } from '../../support/github/truth/person.ts';
import { createTestLogin } from '../../support/login.ts';

const { api, db, standIn, acme, other, request, get } = await createTestLogin();
const PATH = '/api/v1/orgs/acme/archive';
await storeFacts(db, acme.id, 'acme', repositoryFact(11, 'acme/secret'));
await storeFacts(db, other.id, 'other', repositoryFact(21, 'other/of-theirs'));
const [owner] = [...acme.members].filter(([, role]) => role === 'admin').map(([person]) => person);
const [member] = [...acme.members].filter(([, role]) => role === 'member').map(([person]) => person);
if (!owner || !member) throw new Error('people are missing');
await withTenant(db, acme.id, async (trx) => {
  const at = new Date().toISOString();
  const organization_members = [...acme.members].map(([person, role]) => ({
    user_id: person.id,
    observed: { at, role: role === 'admin' ? 'owner' : 'member', removed_at: null },
  }));
  await applyFacts(trx, acme.id, [{ organization_members }]);
  await updateMembers(trx, acme.id, 'all');
});

async function download(path: string, token = OPERATOR_TOKEN) {
  const response = await api.request(path, { headers: { authorization: `Bearer ${token}` } });
  return { response, bytes: Buffer.from(await response.arrayBuffer()) };
}

async function statusFor(person: Person): Promise<number> {
  const browser = new Browser(api);
  standIn.oauth.person = person;
  await browser.logIn();
  const response = await browser.open(PATH);
  await response.arrayBuffer();
  return response.status;
}

async function tokenWith(role: string): Promise<string> {
  const { body } = await request('POST', '/api/v1/orgs/acme/tokens', {}, { name: role, role, scopes: ['admin'] });
  return String(body['token']);
}

describe('the archive of an organization', () => {
  it('is a zip of what is its own, for its owner, and says in the audit log who took it', async () => {
    const { response, bytes } = await download(PATH, await tokenWith('owner'));
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/zip');
    expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="acme-20\d\d-\d\d-\d\d\.zip"$/);
    const files = await readArchive(bytes);
    const all = [...files.values()].join('\n');
    expect(files.get('repositories.jsonl')).toContain('acme/secret');
    expect(files.get('api_tokens.jsonl')).toContain('"name": "owner"');
    expect(files.get('audit_log.jsonl')).toContain('token.create');
    expect(all).not.toContain('token_hash": "');
    expect(all).not.toContain('of-theirs');
    expect(all).not.toContain(`"tenant_id": ${other.id}`);
    const { body } = await get('/api/v1/orgs/acme/audit-log?action=data.export');
    expect(body.data[0]).toMatchObject({ actor: 'token owner', target: 'archive' });
  });

  it('is refused to a token of an admin, and to one of another organization', async () => {
    expect((await download(PATH, await tokenWith('admin'))).response.status).toBe(403);
    const theirs = await request(
      'POST',
      '/api/v1/orgs/other/tokens',
      {},
      { name: 'x', role: 'owner', scopes: ['admin'] },
    );
    expect((await download(PATH, String(theirs.body['token']))).response.status).toBe(404);
  });

  it('is for people who may read every repository on GitHub, and for no other owner', async () => {
    await request('PATCH', `/api/v1/orgs/acme/members/${member.id}`, {}, { role: 'owner' });
    expect(await statusFor(owner)).toBe(200);
    expect(await statusFor(member)).toBe(403);
  });
});
