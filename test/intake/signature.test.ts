import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createVerifySignature, parseSignature } from '../../src/intake/signature.ts';

const secret = "It's a Secret to Everybody";
const body = Buffer.from('Hello, World!');
const digest = '757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';

describe('the signature', () => {
  it("holds for GitHub's own example", () => {
    expect(createVerifySignature([secret])(body, Buffer.from(digest, 'hex'))).toBe(true);
  });

  it.each(['of another body', 'with another secret'])('does not hold %s', (change) => {
    const key = change === 'with another secret' ? 'another' : secret;
    const text = change === 'of another body' ? 'Hello, World?' : 'Hello, World!';
    const signature = createHmac('sha256', key).update(text).digest();
    expect(createVerifySignature([secret])(body, signature)).toBe(false);
  });

  it.each([0, 1, 2])('holds for each of several secrets (%i)', (index) => {
    const secrets = ['first', 'second', 'third'];
    const signature = createHmac('sha256', secrets[index] ?? '')
      .update(body)
      .digest();
    expect(createVerifySignature(secrets)(body, signature)).toBe(true);
  });

  it('never holds without a secret', () => {
    expect(createVerifySignature([])(body, Buffer.from(digest, 'hex'))).toBe(false);
  });

  it('is read from the header', () => {
    expect(parseSignature(`sha256=${digest}`)?.toString('hex')).toBe(digest);
  });

  it.each([undefined, '', digest, `sha1=${digest}`, `sha256=${digest}0`, `sha256=${digest.slice(2)}`, 'sha256=zz'])(
    'is not read from %s',
    (header) => expect(parseSignature(header)).toBeUndefined(),
  );
});
