import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCause, readClosed, readReverts } from '../../src/metrics/derive/body-references.ts';

const [fullName, headRef] = ['acme/shop', null];
const sha = 'abcdef1'.repeat(5);
const pages = 'https://github.com/acme/shop';

const reverted = (body: string, host?: string) => readReverts({ body, fullName, headRef, ...(host && { host }) });
const closed = (body: string, host?: string) => readClosed({ body, fullName, ...(host && { host }) });
const cause = (body: string, host?: string) => readCause({ body, fullName, ...(host && { host }) });
const nothing = { deployment: null, pull: null, sha: null };

describe('what a pull request reverts and closes', () => {
  it.each([
    ['#12', [12]],
    ['acme/shop#12', [12]],
    ['ACME/Shop#12', [12]],
    [`${pages}/pull/12`, [12]],
    [`<${pages}/pull/12>`, [12]],
    [`${pages}/issues/12`, [12]],
    ['HTTPS://GitHub.com/Acme/SHOP/pull/12', [12]],
    [`${pages}/pull/12#issuecomment-7`, [12]],
    [`${pages}/pull/12.`, [12]],
    ['acme/other#12', []],
    ['https://github.com/acme/other/pull/12', []],
    ['https://github.com/other/shop/pull/12', []],
    ['https://ghe.acme.example/acme/shop/pull/12', []],
    ['https://github.com.acme.example/acme/shop/pull/12', []],
    ['https://acme.example/github.com/acme/shop/pull/12', []],
    [`${pages}/pull/12x`, []],
    [`${pages}/pulls/12`, []],
    [`${pages}/commit/${sha}`, []],
    [`${pages}/pull/`, []],
  ])('names %s', (named, numbers) => {
    expect(reverted(`Reverts ${named}`)).toEqual(numbers);
    expect(closed(`Fixes: ${named}`)).toEqual(numbers);
    expect(closed(`It was broken.\nresolves ${named} and more`)).toEqual(numbers);
  });

  it('lists each of several once', () => {
    const body = `Fixes ${pages}/issues/9, closes #3, closes acme/shop#9, fixes acme/other#4`;
    expect(closed(body)).toEqual([3, 9]);
  });

  it('is of the GitHub at hand', () => {
    const host = 'ghe.acme.example:8443';
    expect(reverted(`Reverts https://${host}/acme/shop/pull/12`, host)).toEqual([12]);
    expect(reverted('Reverts https://ghe.acme.example/acme/shop/pull/12', host)).toEqual([]);
    expect(reverted(`Reverts ${pages}/pull/12`, host)).toEqual([]);
    expect(reverted('Reverts #12', host)).toEqual([12]);
  });

  it('is a branch alone where the body names nothing of the repository', () => {
    const headed = { fullName, headRef: 'revert-7-topic' };
    expect(readReverts({ ...headed, body: 'Reverts https://github.com/acme/other/pull/12' })).toEqual([7]);
    expect(readReverts({ ...headed, body: `Reverts ${pages}/pull/12` })).toEqual([12]);
  });
});

describe('what an incident names as its cause', () => {
  it.each([
    ['Caused by deployment 42', { deployment: 42 }],
    ['Root cause: #12', { pull: 12 }],
    ['**Root cause**: acme/shop#12', { pull: 12 }],
    [`Root cause: ${pages}/pull/12`, { pull: 12 }],
    [`Caused by <${pages}/pull/12/files>`, { pull: 12 }],
    [`caused by\n${pages}/issues/12`, { pull: 12 }],
    [`Caused by: ${pages}/commit/${sha}`, { sha }],
    [`Caused by: ${pages}/commit/${sha.slice(0, 8).toUpperCase()}`, { sha: sha.slice(0, 8) }],
    [`Caused by commit \`${sha}\``, { sha }],
    [`Caused by acme/other#3. Root cause: ${pages}/pull/12`, { pull: 12 }],
    ['Root cause: https://github.com/acme/other/pull/12', {}],
    [`Root cause: https://github.com/acme/other/commit/${sha}`, {}],
    [`Root cause: https://ghe.acme.example/acme/shop/commit/${sha}`, {}],
    ['Caused by acme/other#12', {}],
    [`See ${pages}/pull/12`, {}],
    [`Caused by: ${pages}/commit/abc`, {}],
  ])('reads %s', (body, named) => {
    expect(cause(body)).toEqual({ ...nothing, ...named });
  });
});

/** Made of what the patterns look for, so that they come as far as they can before they fail. */
const hostile = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        'reverts ',
        'fixes: ',
        'root cause:',
        'caused by ',
        'https://',
        'acme/',
        'a.',
        '-',
        '/',
        '#',
        ' ',
        '1',
      ),
      fc.integer({ min: 1, max: 3_000 }),
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map((parts) => parts.map(([text, times]) => text.repeat(times)).join(''));

it('is read in a time that grows with the text alone', () => {
  fc.assert(
    fc.property(hostile, (body) => {
      const started = performance.now();
      reverted(body);
      closed(body);
      cause(body);
      // Tens of thousands of characters, of which a slow machine reads a million in a second.
      expect(performance.now() - started).toBeLessThan(500 + body.length / 100);
    }),
    { numRuns: 200 },
  );
});
