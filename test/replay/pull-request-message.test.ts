import { describe, expect, it } from 'vitest';
import { parseMergeMessage } from '../../src/replay/pull-request-message.ts';

describe('the message of a merge', () => {
  it('tells the number, the branch, the title and the body of a pull request', () => {
    const message = 'Merge pull request #12 from acme/feature/login\n\nAdd login\n\nReverts #3\n';
    expect(parseMergeMessage(message)).toEqual({
      number: 12,
      title: 'Add login',
      body: 'Reverts #3',
      headRef: 'feature/login',
    });
  });

  it('tells the number, the title and the body of a squash', () => {
    expect(parseMergeMessage('Add login (#12)\n\n* one\n* two\n')).toEqual({
      number: 12,
      title: 'Add login',
      body: '* one\n* two',
      headRef: undefined,
    });
  });

  it.each([
    ['Revert "Add login (#12)" (#15)', 15],
    ['Add login (#12) (#13)', 13],
    ['Merge pull request #4 from acme/x', 4],
    ['Add login (#2147483647)', 2_147_483_647],
  ])('of "%s" is of number %i', (message, number) => {
    expect(parseMergeMessage(message)?.number).toBe(number);
  });

  it.each([
    'Revert "Add login (#12)"',
    'Fix #12',
    'See (#12) for more',
    'Add login (#0)',
    'Add login (#2147483648)',
    'Add login (#99999999999999999999)',
    'Merge branch main into feature',
    'Merge pull request #12',
    '(#12)',
    '',
  ])('of "%s" is of none', (message) => {
    expect(parseMergeMessage(message)).toBeUndefined();
  });
});
