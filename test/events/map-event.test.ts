import { describe, expect, it } from 'vitest';
import { mapEvent } from '../../src/events/map-event.ts';
import { InvalidPayloadError } from '../../src/errors.ts';
import { organizationPayload, ACME, ALICE, pushPayload, repositoryPayload, userPayload } from '../support/payloads.ts';
import { fixture, RECEIVED_AT, webhookEvent } from '../support/webhook-event.ts';
import { pullRequestPayload } from '../support/work-payloads.ts';

const map = (name: string, payload: unknown) => mapEvent(webhookEvent(name, payload));

describe('mapEvent', () => {
  it.each(['sponsorship', 'constructor', '__proto__', ''])('leaves the unknown event "%s" alone', (name) => {
    expect(map(name, {})).toEqual({ tenantId: null, ignored: `unknown event ${name}` });
  });

  it.each(['ping', 'github_app_authorization'])('knows that a %s has no facts', (name) => {
    const ignored = { tenantId: null, ignored: `no facts in this ${name} event` };
    expect(map(name, { sender: userPayload(ALICE) })).toEqual(ignored);
    expect(map(name, { repository: repositoryPayload() })).toEqual(ignored);
  });

  it('ignores an event without an account', () => {
    const { organization: _, repository, ...payload } = pullRequestPayload();
    const { owner: __, ...ownerless } = repository as Record<string, unknown>;
    expect(map('pull_request', { ...payload, repository: ownerless })).toEqual({
      tenantId: null,
      ignored: 'no account in this pull_request event',
    });
  });

  it('ignores an installation on an enterprise', () => {
    expect(map('installation', fixture('installation.created.enterprise'))).toEqual({
      tenantId: null,
      ignored: 'an account of type Enterprise is no tenant',
    });
  });

  it.each([
    ['an organization', ACME],
    ['a user', ALICE],
  ])('gives the facts to the owner of the repository, %s, and names it', (_, owner) => {
    expect(map('push', pushPayload({ repository: { owner } }))).toMatchObject({
      tenantId: owner.id,
      facts: { tenants: [{ observed: { at: RECEIVED_AT, login: owner.login, type: owner.type } }] },
    });
  });

  it('takes an organization without a type as one', () => {
    const payload = { action: 'renamed', organization: organizationPayload({ id: 7_000, login: 'acme-rockets' }) };
    expect(map('organization', payload)).toEqual({
      tenantId: 7_000,
      facts: { tenants: [{ observed: { at: RECEIVED_AT, login: 'acme-rockets', type: 'Organization' } }] },
    });
  });

  it('renames the account on installation_target', () => {
    expect(map('installation_target', fixture('installation_target.renamed'))).toEqual({
      tenantId: 7_000,
      facts: { tenants: [{ observed: { at: RECEIVED_AT, login: 'acme-rockets', type: 'Organization' } }] },
    });
  });

  it('says what is wrong in a payload and where, and does not quote it', () => {
    const payload = pushPayload({ after: 'a secret thing' });
    const refused = () => map('push', payload);
    expect(refused).toThrow(InvalidPayloadError);
    expect(refused).toThrow('This is no push event: after: is not a commit id');
    expect(refused).not.toThrow('secret');
  });

  it.each([null, [], 'text', 7, true])('refuses %j as a payload', (payload) => {
    expect(() => map('push', payload)).toThrow(InvalidPayloadError);
  });

  it('names no more than five faults', () => {
    expect(() => map('pull_request', { repository: { owner: ACME } })).toThrow(/; and \d+ more$/);
  });

  it('is pure: the same event gives the same facts and stays as it was', () => {
    const payload = pullRequestPayload();
    const before = structuredClone(payload);
    expect(map('pull_request', payload)).toEqual(map('pull_request', payload));
    expect(payload).toEqual(before);
  });
});
