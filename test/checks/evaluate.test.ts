import { describe, expect, it } from 'vitest';
import { evaluate } from '../../src/checks/evaluate.ts';
import { defaultSettings } from '../../src/checks/settings.ts';
import { at, checkedPull, checkFacts, deployment, mergedPull, reviewFacts } from '../support/check-facts.ts';

const policies = { ...defaultSettings, max_lines: 100, deployment_freeze: true };

describe('a policy', () => {
  it('that is off fails nothing', () => {
    expect(evaluate(checkFacts({ openIncidents: ['#12'] }))).toMatchObject({ conclusion: 'neutral', violations: [] });
  });

  it('fails what it is against, also where the summary is hidden', () => {
    const facts = { settings: policies, openIncidents: ['#12'], pull: checkedPull({ hiddenBy: 'ben' }) };
    expect(evaluate(checkFacts(facts))).toMatchObject({
      state: 'hidden',
      conclusion: 'failure',
      violations: [
        { policy: 'max_lines', lines: 150, most: 100 },
        { policy: 'deployment_freeze', incidents: ['#12'] },
      ],
    });
  });

  it('of a freeze lets through what mends the incident, in the merge queue, too', () => {
    const facts = { settings: { ...policies, max_lines: 0 }, openIncidents: ['#12'] };
    expect(evaluate(checkFacts({ ...facts, repairs: true })).conclusion).toBe('neutral');
    expect(evaluate(checkFacts({ ...facts, pull: null, repairs: true })).conclusion).toBe('success');
    expect(evaluate(checkFacts({ ...facts, pull: null })).conclusion).toBe('failure');
  });

  it('of size counts what is read, and fails nothing for what could not be read', () => {
    const files = [
      { path: 'a.ts', additions: 60, deletions: 40 },
      { path: 'yarn.lock', additions: 5_000, deletions: 0 },
    ];
    const settings = { ...defaultSettings, max_lines: 100 };
    const read = checkedPull({ review: reviewFacts({ files: { files, complete: true } }) });
    expect(evaluate(checkFacts({ settings, pull: read })).conclusion).toBe('neutral');
    const unread = checkedPull({ about: { additions: 5_000 }, review: reviewFacts({ files: null }) });
    expect(evaluate(checkFacts({ settings, pull: unread })).conclusion).toBe('neutral');
  });

  it('of code owners asks for one of each file that has any but the author', () => {
    const settings = { ...defaultSettings, code_owner_review: true };
    const rules = { attributes: null, codeOwners: '* @acme/core\n/docs/ @Ann\na\n' };
    const judge = (approvers: string[]) =>
      evaluate(checkFacts({ settings, pull: checkedPull({ review: reviewFacts({ rules, approvers }) }) }));
    expect(judge(['@ben'])).toMatchObject({
      conclusion: 'failure',
      violations: [{ unapproved: [{ owners: ['@acme/core'], paths: ['src/pay.ts', 'src/cart.ts'] }] }],
    });
    expect(judge(['@ben', '@acme/core']).violations).toEqual([]);
  });

  it('fails nothing where it is turned off, over the plan’s limit, or after the merge', () => {
    const facts = { settings: policies, openIncidents: ['#12'] };
    const off = { ...facts, settings: { ...policies, enabled: false } };
    const left = { ...facts, repository: { full_name: 'acme/shop', tracked: false } };
    const merged = { ...facts, pull: mergedPull() };
    const conclusions = [off, left, merged].map((each) => evaluate(checkFacts(each)).conclusion);
    expect(conclusions).toEqual(['neutral', 'neutral', 'success']);
  });
});

describe('a summary', () => {
  it.each([
    ['08:20', '09:00'],
    ['09:00', '10:00'],
    ['13:59', '14:00'],
    ['14:05', '16:00'],
  ])('of a wait since 08:00, made at %s, is made again at %s', (now, again) => {
    expect(evaluate(checkFacts({ now: at(now) })).refreshAt).toEqual(at(again));
  });

  it('that lacks a part of the history, or its files, is made again soon', () => {
    const unread = { code: 'backfill_running', message: 'The history is read to 40 %.', action: 'Wait.' };
    const again = new Date(at('14:05').getTime() + 600_000);
    expect(evaluate(checkFacts({ quality: [unread], pull: mergedPull() })).refreshAt).toEqual(again);
    const pull = checkedPull({ review: reviewFacts({ rules: null }) });
    expect(evaluate(checkFacts({ pull }))).toMatchObject({ refreshAt: again, effort: null });
  });

  it.each([
    ['unavailable', new Date(at('14:05').getTime() + 600_000)],
    ['forbidden', null],
  ] as const)('made without the settings file, which is %s, is made again at %s', (unread, again) => {
    const fileProblem = { file: '.github/shiplog.yml', unread };
    expect(evaluate(checkFacts({ pull: null, fileProblem }))).toMatchObject({ fileProblem, refreshAt: again });
  });

  it('of a deployment is made again when no incident can be linked to it any more, once', () => {
    const until = new Date(at('11:24').getTime() + 72 * 3_600_000);
    expect(evaluate(checkFacts({ pull: mergedPull() })).refreshAt).toEqual(until);
    expect(evaluate(checkFacts({ pull: mergedPull(), now: until })).refreshAt).toBeNull();
  });

  it('recovers at the earliest recovery of its causes, as recovery time counts it', () => {
    const failures = [
      { kind: 'incident', by: '#12', recovered_at: at('12:24') },
      { kind: 'revert', by: '#15', recovered_at: at('11:54') },
    ];
    const pull = mergedPull({ deployment: deployment({ finished_at: at('11:24'), failures }) });
    expect(evaluate(checkFacts({ pull }))).toMatchObject({ state: 'recovered', shipped: { recovery_s: 1_800 } });
  });
});
