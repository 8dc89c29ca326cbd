import { describe, expect, it } from 'vitest';
import type { CheckFacts } from '../../src/checks/check-facts.ts';
import { evaluate } from '../../src/checks/evaluate.ts';
import { render } from '../../src/checks/render.ts';
import { defaultSettings } from '../../src/checks/settings.ts';
import { at, checkedPull, checkFacts, deployment, mergedPull, reviewFacts } from '../support/check-facts.ts';

const places = { webUrl: 'https://github.com', publicUrl: 'https://shiplog.example' };
const say = (facts: CheckFacts) => render(evaluate(facts), places, facts.now);

const review = (state: 'approved' | 'changes_requested', commit_sha = 'head') => ({
  login: 'ben',
  state,
  commit_sha,
  submitted_at: at('09:00'),
});
const failed = (...failures: [kind: string, by: string, recovered: string | null][]) =>
  deployment({
    deployment_id: 43,
    finished_at: at('11:24'),
    failures: failures.map(([kind, by, recovered]) => ({
      kind,
      by,
      recovered_at: recovered === null ? null : at(recovered),
    })),
  });
const backfill = {
  code: 'backfill_running',
  message: 'The history is read to 40 %: numbers may change.',
  action: 'Wait for the backfill; /sync says how far it is.',
};
const unmeasured = { path: null, medians: { ...checkedPull().medians, cycle: { value: null, n: 0 } } };

const states: [string, Partial<CheckFacts>][] = [
  [
    'waiting for review',
    { pull: checkedPull({ about: { requested_reviewers: ['ben', 'cy'], requested_teams: ['core'] } }) },
  ],
  [
    'waiting for another review',
    {
      pull: checkedPull({ about: { first_review_at: at('09:00') }, reviews: [review('changes_requested', 'before')] }),
    },
  ],
  [
    'asked again without new commits',
    {
      pull: checkedPull({
        about: { first_review_at: at('09:00'), requested_reviewers: ['ben'] },
        reviews: [review('changes_requested')],
      }),
    },
  ],
  [
    'commented on alone',
    { pull: checkedPull({ about: { first_review_at: at('09:00'), requested_reviewers: ['cy'] } }) },
  ],
  [
    'approved by whose account is gone',
    {
      pull: checkedPull({
        about: { first_review_at: at('09:00') },
        reviews: [{ ...review('approved'), login: null }],
      }),
    },
  ],
  [
    'changes requested',
    { pull: checkedPull({ about: { first_review_at: at('09:00') }, reviews: [review('changes_requested')] }) },
  ],
  [
    'approved, and nothing asked for is outstanding',
    { pull: checkedPull({ about: { first_review_at: at('09:00') }, reviews: [review('approved')] }) },
  ],
  [
    'approved, and asked of others who have not answered',
    {
      pull: checkedPull({
        about: { first_review_at: at('09:00'), requested_reviewers: ['cy'], requested_teams: ['core'] },
        reviews: [review('approved')],
      }),
    },
  ],
  ['draft', { pull: checkedPull({ about: { draft: true, ready_at: null } }) }],
  ['of a fork, a first contribution', { pull: checkedPull({ about: { fork: true }, firstContribution: true }) }],
  [
    'much that nobody reads',
    {
      pull: checkedPull({
        review: reviewFacts({
          files: {
            files: [
              { path: 'src/pay.ts', additions: 900, deletions: 340 },
              { path: 'package-lock.json', additions: 2_204, deletions: 12 },
              { path: 'api/client.pb.go', additions: 800, deletions: 0 },
              { path: 'vendor/lib/a.c', additions: 1, deletions: 0 },
            ],
            complete: false,
          },
        }),
      }),
    },
  ],
  [
    'files that failed before, and files of nobody',
    {
      pull: checkedPull({
        review: reviewFacts({
          rules: { attributes: null, codeOwners: '/src/ @acme/core @ben' },
          failedBefore: [
            { path: 'src/pay.ts', deployment_id: 41, number: 5 },
            { path: 'src/pay.ts', deployment_id: 38, number: 3 },
          ],
        }),
      }),
    },
  ],
  [
    'no review by a code owner',
    {
      settings: { ...defaultSettings, code_owner_review: true },
      pull: checkedPull({
        review: reviewFacts({ rules: { attributes: null, codeOwners: '* @ann\n/src/ @acme/core @ben\n/docs/ @cy' } }),
      }),
    },
  ],
  ['files that could not be read', { pull: checkedPull({ review: reviewFacts({ files: null }) }) }],
  ['closed', { pull: checkedPull({ about: { state: 'closed' }, review: null }) }],
  [
    'merged and waiting for deployment',
    {
      pull: {
        ...mergedPull({ deployment: null }),
        path: { last: deployment({ failures: failed(['deploy_failed', 'status', null]).failures }), waiting: [5, 6] },
      },
    },
  ],
  ['merged into a branch that is not deployed', { pull: mergedPull({ deployment: null, offPath: true }) }],
  ['in production', { pull: mergedPull() }],
  ['in production, and nothing came', { now: new Date('2026-03-06T08:00:00Z'), pull: mergedPull() }],
  [
    'in production before anybody looked',
    { pull: mergedPull({ deployment: null, baseline: { environment: 'production', finished_at: at('11:00') } }) },
  ],
  ['incident linked', { pull: mergedPull({ deployment: failed(['incident', '#12', null]) }) }],
  [
    'deployment failed',
    { pull: mergedPull({ deployment: failed(['hotfix', '#13', null], ['manual', 'operator', null]) }) },
  ],
  ['not a failure', { pull: mergedPull({ deployment: deployment({ clearedBy: 'ann' }) }) }],
  ['recovered', { pull: mergedPull({ deployment: failed(['incident', '#12', '12:00']) }) }],
  ['rolled back', { pull: mergedPull({ deployment: failed(['rollback', 'deployment 44', '11:44']) }) }],
  [
    'reverted',
    {
      pull: mergedPull({
        deployment: failed(['revert', '#15', '12:30']),
        revertedBy: { number: 15, deployed_at: at('12:30') },
      }),
    },
  ],
  ['no deployment data', { pull: { ...mergedPull({ deployment: null }), ...unmeasured } }],
  ['open without deployment data', { pull: checkedPull(unmeasured) }],
  ['backfill running', { quality: [backfill] }],
  ['plan limit', { repository: { full_name: 'acme/shop', tracked: false } }],
  ['hidden', { pull: checkedPull({ hiddenBy: 'ben' }) }],
  ['turned off', { settings: { ...defaultSettings, enabled: false } }],
  ['merge group', { pull: null }],
  ['too large', { settings: { ...defaultSettings, max_lines: 100 } }],
  [
    'deployment freeze',
    { settings: { ...defaultSettings, deployment_freeze: true }, openIncidents: ['#12', 'PD-4711'] },
  ],
  [
    'broken file',
    { fileProblem: { file: '.github/shiplog.yml', line: 3, message: 'check_run.max_lines: expected number' } },
  ],
  ['file that may not be read', { fileProblem: { file: '.github/shiplog.yml', unread: 'forbidden' } }],
  ['file that could not be read', { fileProblem: { file: '.github/shiplog.yml', unread: 'unavailable' } }],
];

describe('the words of a check run', () => {
  it.each(states)('%s', (_name, facts) => {
    const { title, summary, conclusion, actions } = say(checkFacts(facts));
    const buttons = actions.map(({ identifier }) => identifier).join(', ');
    expect(`${conclusion}: ${title}\n[${buttons}]\n\n${summary}\n`).toMatchSnapshot();
  });

  it('are within what GitHub takes, whatever there is to say', () => {
    const many = Array.from({ length: 5_000 }, (_, index) => index + 100);
    const names = many.map((number) => `reviewer-with-a-rather-long-login-${number}`);
    const quality = many.map((number) => ({ ...backfill, message: `${number} `.repeat(10) }));
    const pull = checkedPull({ about: { requested_reviewers: names }, path: { last: deployment(), waiting: many } });
    const { title, summary, actions } = say(checkFacts({ pull, quality, openIncidents: names }));
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(65_535);
    expect(summary).toContain('</details>');
    expect(title.length).toBeLessThanOrEqual(200);
    for (const { label, description, identifier } of actions) {
      expect(label.length).toBeLessThanOrEqual(20);
      expect(description.length).toBeLessThanOrEqual(40);
      expect(identifier.length).toBeLessThanOrEqual(20);
    }
  });

  it('take nobody’s text for Markdown', () => {
    const environment = 'prod` [click](https://evil.example) @acme/all <img src=x> |\n# Title';
    const pull = checkedPull({ path: { last: deployment({ environment }), waiting: [] } });
    const { summary } = say(checkFacts({ pull }));
    expect(summary).toContain('``prod` [click](https://evil.example) @acme/all <img src=x> | # Title``');
  });

  it('take nothing that a program reports for a number of GitHub’s', () => {
    const shipped = { ...failed(['incident', '1347', null]), deployment_id: -5_309_834 };
    const { summary } = say(checkFacts({ pull: mergedPull({ deployment: shipped }) }));
    expect(summary).toContain('- Incident `1347` is linked to it. Not recovered.');
    expect(summary).toContain('**Deployed:** [a reported deployment](https://shiplog.example/api/v1/orgs/acme/deploym');
  });

  it('link to GitHub alone where nobody has said where Shiplog is', () => {
    const facts = checkFacts();
    const { summary } = render(evaluate(facts), { webUrl: 'https://ghe.example', publicUrl: undefined }, facts.now);
    expect(summary).not.toContain('](/api');
    expect(summary).toContain('`GET /api/v1/orgs/acme/pulls/shop/7`');
  });
});
