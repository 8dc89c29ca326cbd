import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKeyring, keyIdOf, type Place, SealedValueError } from '../src/encryption.ts';
import { ConfigError } from '../src/errors.ts';

const makeKey = () => randomBytes(32).toString('base64');
const [OLD, NEW] = [makeKey(), makeKey()];
const place: Place = { tenantId: 1, column: 'things.secret' };

describe('a sealed value', () => {
  it('opens to what it was, whatever that is', () => {
    const keyring = createKeyring([OLD]);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.option(fc.nat()), fc.string(), (text, tenantId, column) => {
        const sealed = keyring.seal(text, { tenantId, column });
        expect(keyring.open(sealed, { tenantId, column })).toBe(text);
      }),
    );
  });

  it('is another one each time, and has nothing of the text in it', () => {
    const keyring = createKeyring([OLD]);
    const [one, other] = [keyring.seal('words of the secret', place), keyring.seal('words of the secret', place)];
    expect(one.equals(other)).toBe(false);
    expect(one.toString('latin1')).not.toContain('secret');
  });

  it.each<[string, Place]>([
    ["as another tenant's", { ...place, tenantId: 2 }],
    ["as the instance's", { ...place, tenantId: null }],
    ['in another column', { ...place, column: 'things.name' }],
  ])('does not open %s', (_, elsewhere) => {
    const keyring = createKeyring([OLD]);
    expect(() => keyring.open(keyring.seal('x', place), elsewhere)).toThrow(SealedValueError);
  });

  it('does not open when a bit of it was changed, or some of it is gone', () => {
    const keyring = createKeyring([OLD]);
    const sealed = keyring.seal('words', place);
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const changed = Buffer.from(sealed);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => keyring.open(changed, place)).toThrow(SealedValueError);
    }
    for (let length = 0; length < sealed.length; length += 1) {
      expect(() => keyring.open(sealed.subarray(0, length), place)).toThrow(SealedValueError);
    }
  });
});

describe('a keyring', () => {
  it('encrypts with its first key, and opens what any of them has sealed', () => {
    const [before, during, after] = [createKeyring([OLD]), createKeyring([NEW, OLD]), createKeyring([NEW])];
    const [old, fresh] = [before.seal('old', place), during.seal('new', place)];
    expect([keyIdOf(old), keyIdOf(fresh)]).toEqual([before.keyId, after.keyId]);
    expect([during.open(old, place), during.open(fresh, place)]).toEqual(['old', 'new']);
    expect(after.open(fresh, place)).toBe('new');
    expect(() => after.open(old, place)).toThrow(`the key ${before.keyId} is not among`);
  });

  it('takes 32 bytes in base64, as openssl makes them or as a file has them, and knows both as one key', () => {
    const url = Buffer.from(OLD, 'base64').toString('base64url');
    expect(createKeyring([url]).keyId).toBe(createKeyring([OLD]).keyId);
    expect(createKeyring([OLD]).keyId).toMatch(/^[0-9a-f]{16}$/);
  });

  it.each([
    '',
    'secret',
    randomBytes(16).toString('base64'),
    randomBytes(48).toString('base64'),
    `${OLD} `,
    '!'.repeat(43),
  ])('takes nothing else: %j', (text) => expect(() => createKeyring([NEW, text])).toThrow(ConfigError));
});
