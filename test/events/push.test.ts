import { describe, expect, it } from 'vitest';
import { coAuthors, messageHeadline } from '../../src/events/commit-message.ts';
import {
  ALICE,
  BOB,
  commitPayload,
  type CommitOptions,
  type PushOptions,
  pushPayload,
  sha,
  ZERO_SHA,
} from '../support/payloads.ts';
import { factsOf, RECEIVED_AT } from '../support/webhook-event.ts';

const PUSHED_AT = '2026-03-02T10:00:00Z';
const at = '2026-03-02T10:00:00.000Z';
const factsOfPush = (options: PushOptions) => factsOf('push', pushPayload({ pushedAt: PUSHED_AT, ...options }));
const shas = (options: PushOptions) => factsOfPush(options).commits?.map((commit) => commit.sha);
const factsOfCommits = (...commits: CommitOptions[]) => factsOfPush({ commits: commits.map(commitPayload) });
const named = (name: string, timestamp: string) => ({
  id: sha(name),
  timestamp,
  author: { name, email: 'a@b.example' },
});
const emailsOf = (...commits: CommitOptions[]) => factsOfCommits(...commits).contributor_emails ?? [];

describe('a push', () => {
  it.each([
    ['refs/heads/main', { branches: [{ repository_id: 9_000, name: 'main' }] }],
    ['refs/heads/feature/a', { branches: [{ repository_id: 9_000, name: 'feature/a' }] }],
    ['refs/tags/v1', { tags: [{ repository_id: 9_000, name: 'v1' }] }],
  ])('to %s tells where it is', (ref, facts) => {
    const { branches, tags } = factsOfPush({ ref });
    expect({ ...(branches && { branches }), ...(tags && { tags }) }).toMatchObject(facts);
  });

  it('to another ref tells of no branch and no tag, and still of its commits', () => {
    const facts = factsOfPush({ ref: 'refs/notes/commits' });
    expect(facts).not.toHaveProperty('branches');
    expect(facts).not.toHaveProperty('tags');
    expect(facts.commits).toHaveLength(1);
  });

  it('tells which commits came with its head, and nothing of that where it brings none', () => {
    const commits = ['a', 'b', 'a'].map((name) => commitPayload({ id: sha(name) }));
    expect(factsOfPush({ after: sha('b'), commits }).pushes).toEqual([
      { repository_id: 9_000, head_sha: sha('b'), observed: { at, shas: [sha('a'), sha('b')] } },
    ]);
    expect(factsOfPush({ ref: 'refs/tags/v1', after: sha('b'), commits: [] })).not.toHaveProperty('pushes');
  });

  it('that deletes a branch comes after one that moves it in the same second', () => {
    const [moved] = factsOfPush({ after: sha('new'), before: ZERO_SHA }).branches ?? [];
    const [deleted] = factsOfPush({ after: ZERO_SHA, commits: [] }).branches ?? [];
    expect(moved?.observed).toEqual({ at, rank: 1, head_sha: sha('new'), deleted_at: null });
    expect(deleted?.observed).toEqual({ at, rank: 2, head_sha: null, deleted_at: at });
  });

  it('tells of the repository as of its latest change, with times that are numbers', () => {
    const { repositories } = factsOfPush({
      repository: { createdAt: '2020-01-01T00:00:00Z', updatedAt: '2026-01-01T00:00:00Z' },
    });
    expect(repositories).toEqual([
      {
        repository_id: 9_000,
        named: { at, rank: 0, full_name: 'acme/rocket', private: false },
        observed: {
          at,
          rank: 0,
          default_branch: 'main',
          archived: false,
          fork: false,
          language: 'TypeScript',
          created_at: '2020-01-01T00:00:00.000Z',
          pushed_at: at,
        },
      },
    ]);
  });

  it('keeps a commit once, also when it is only the head', () => {
    const [one, two] = [commitPayload({ id: sha('1') }), commitPayload({ id: sha('2') })];
    expect(shas({ commits: [one, two], headCommit: two })).toEqual([sha('1'), sha('2')]);
    expect(shas({ commits: [one], headCommit: two })).toEqual([sha('1'), sha('2')]);
    expect(shas({ commits: [], headCommit: null })).toBeUndefined();
  });

  it('gives a commit one time for both dates, in UTC', () => {
    const { commits } = factsOfCommits({
      id: sha('1'),
      message: 'Fix the engine \n\nIt is cold.\n\nCo-authored-by: Bob <Bob@Acme.example>\n',
      timestamp: '2026-03-01T23:30:00-02:30',
      author: { name: 'Alice', email: ' Alice@Acme.Example ', username: 'alice' },
      committer: { name: 'GitHub', email: 'noreply@github.com', username: 'web-flow' },
    });
    expect(commits).toEqual([
      {
        repository_id: 9_000,
        sha: sha('1'),
        observed: {
          at: '1970-01-01T00:00:00.000Z',
          message_headline: 'Fix the engine',
          author_name: 'Alice',
          author_email: 'alice@acme.example',
          committer_name: 'GitHub',
          committer_email: 'noreply@github.com',
          co_authors: ['bob@acme.example'],
          authored_at: '2026-03-02T02:00:00.000Z',
          committed_at: '2026-03-02T02:00:00.000Z',
        },
      },
    ]);
  });
});

describe('the people of a push', () => {
  const id = sha('1');

  it('are linked to their account where GitHub wrote its name beside the email', () => {
    const timestamp = '2026-03-01T00:00:00.000Z';
    const author = { name: 'Alice', email: 'alice@acme.example', username: 'alice' };
    const committer = { name: 'Bob', email: 'bob@acme.example', username: 'bob' };
    expect(emailsOf({ id, timestamp, author, committer })).toEqual([
      {
        email: 'alice@acme.example',
        named: { at: timestamp, name: 'Alice' },
        linked: { at: RECEIVED_AT, login: 'alice', user_id: ALICE.id },
      },
      {
        email: 'bob@acme.example',
        named: { at: timestamp, name: 'Bob' },
        linked: { at: RECEIVED_AT, login: 'bob', user_id: null },
      },
    ]);
  });

  it.each([
    ['an address that looks like an account', '501+alice@users.noreply.github.com', 'Alice'],
    ['a name that is an account', 'somebody@example.org', 'alice'],
  ])('are not linked by %s', (_, email, name) => {
    const [fact] = emailsOf({ id, author: { name, email } });
    expect(fact).toMatchObject({ email, named: { name } });
    expect(fact).not.toHaveProperty('linked');
  });

  it('have the name of their latest commit', () => {
    const [early, late] = [named('Early', '2026-01-01T00:00:00Z'), named('Late', '2026-02-01T00:00:00Z')];
    for (const commits of [
      [early, late],
      [late, early],
    ]) {
      expect(emailsOf(...commits)).toMatchObject([{ named: { name: 'Late', at: '2026-02-01T00:00:00.000Z' } }]);
    }
  });

  it('include co-authors, without a link, and not GitHub itself', () => {
    const message = 'x\n\nCo-authored-by: Carol <carol@acme.example>\nCo-authored-by: GitHub <noreply@github.com>';
    const github = { name: 'GitHub', email: 'noreply@github.com', username: 'web-flow' };
    expect(emailsOf({ id, message, author: github })).toEqual([
      { email: 'carol@acme.example', named: { at: '2026-03-01T00:00:00.000Z', name: 'Carol' } },
    ]);
  });

  it.each([null, '', '  ', `${'x'.repeat(400)}@example.org`])('are not known by an email that is none: %j', (email) => {
    const facts = factsOfCommits({ id, author: { name: 'Alice', email } });
    expect(facts.commits?.[0]?.observed).toMatchObject({ author_name: 'Alice', author_email: null });
    expect(facts).not.toHaveProperty('contributor_emails');
  });

  it('include the sender, as a bot when it is one', () => {
    const bot = { ...BOB, login: 'helper[bot]' };
    const types = [ALICE, bot, { ...BOB, type: 'Bot' as const }].map(
      (sender) => factsOfPush({ sender }).contributors?.[0]?.observed,
    );
    expect(types).toEqual([
      { at: RECEIVED_AT, login: 'alice', name: null, type: 'User' },
      { at: RECEIVED_AT, login: 'helper[bot]', name: null, type: 'Bot' },
      { at: RECEIVED_AT, login: 'bob', name: null, type: 'Bot' },
    ]);
  });

  it('do not include an organization that sends', () => {
    const sender = { id: 7_000, login: 'acme', type: 'Organization' as const };
    expect(factsOfPush({ sender })).not.toHaveProperty('contributors');
  });
});

describe('coAuthors', () => {
  it.each([
    ['Co-authored-by: B <b@x>\nco-AUTHORED-by: A <A@x>\r\nCo-authored-by: B again <b@x>', ['a@x', 'b@x']],
    ['Co-authored-by:no space<a@x>', ['a@x']],
    ['Co-authored-by: A <a@x> ', ['a@x']],
    ['Co-authored-by: nobody\nCo-authored-by: A <>\nCo-authored-by: > <', []],
    ['as in Co-authored-by: A <a@x>', []],
  ])('reads %j', (message, emails) => {
    expect(coAuthors(message).map(({ email }) => email)).toEqual(emails);
  });

  it('leaves the author out of the co-authors of a commit', () => {
    const message = 'x\n\nCo-authored-by: Alice <ALICE@acme.example>';
    expect(factsOfCommits({ id: sha('1'), message }).commits?.[0]?.observed?.co_authors).toEqual([]);
  });

  it('reads a trailer of a million spaces', () => {
    const [found] = coAuthors(`Co-authored-by: ${' '.repeat(1_000_000)}<a@x>`);
    expect(found).toEqual({ name: '', email: 'a@x' });
  });
});

describe('messageHeadline', () => {
  it.each([
    ['', ''],
    ['\n\n  First \r\nsecond', 'First'],
    ['x'.repeat(1_001), 'x'.repeat(1_000)],
    [`${'x'.repeat(999)}🚀`, `${'x'.repeat(999)}\ufffd`],
  ])('of %j', (message, headline) => {
    expect(messageHeadline(message)).toBe(headline);
  });
});
