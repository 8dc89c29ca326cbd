import { type Changes, createChanges } from './changes/changes.ts';
import { type Fault, type FaultRequest, Faults } from './faults.ts';
import { GitServer } from './git-server.ts';
import { Hook } from './hook/hook.ts';
import { listen, type SeenRequest } from './http-server.ts';
import { OAuthServer } from './oauth-server.ts';
import { requestProblems } from './openapi-check.ts';
import { RateLimits, type Resource } from './rate-limits.ts';
import { Router } from './rest/router.ts';
import { restRoutes } from './rest/routes.ts';
import { Traffic } from './traffic.ts';
import { Tokens } from './tokens.ts';
import { Truth } from './truth/truth.ts';

/**
 * A GitHub of our own on loopback, over real HTTP, with a state that tests may change.
 *
 *     const standIn = await startStandIn();
 *     const organization = sampleOrg(standIn.truth, 1);                        // or by hand; sizes as third argument
 *     const installation = standIn.truth.install(organization, { at: '2026-03-01T00:00:00Z' });
 *     const config = loadConfig({ ...standIn.environment });                   // APP_ID, PRIVATE_KEY, GHE_HOST …
 *     …
 *     expect(standIn.violations).toEqual([]);
 *     expect(standIn.checked).toBeGreaterThan(0);
 *     await standIn.stop();
 *
 * - `truth` is what is true: organizations, people, teams, repositories with all their work, installations. Change it by
 *   hand where nobody should be told.
 * - `change.pulls.merge(repository, pull)` and the like (`changes/`) alter the truth and make the webhooks that GitHub
 *   would. `hook.target` is where they go, `hook.fate` decides which are lost, held, doubled or forgotten,
 *   `hook.release()` sends those held, `hook.webhooks` has them all, `hook.attempts` is what the App's API lists.
 * - `requests` lists what came in; `points` is what GraphQL cost in all; `peakInFlight(installation.id)` the concurrency.
 *   `rateLimits.set({ caller: 'installation 77', resource: 'graphql', remaining: 0 })` changes a budget.
 * - `fault({ trouble: { kind: 'status', status: 502 }, when: ({ variables }) => Number(variables?.['first']) > 50,
 *   times: Infinity })` makes requests fail; `faults.ts` lists the kinds. `beforeAnswer` changes the truth midway.
 * - `tokens` revokes tokens and makes one for a person; `installation.permissions` may be narrowed by hand.
 * - `git clone http://x-access-token:TOKEN@HOST/OWNER/NAME.git` works, also with `--filter=blob:none`.
 *
 * A field, a route or a parameter that the stand-in does not know is a violation: add it in its file.
 */
export interface StandIn {
  readonly url: string;
  /** For `GHE_HOST`. */
  readonly host: string;
  readonly appId: number;
  readonly privateKey: string;
  readonly webhookSecret: string;
  /** The settings with which Shiplog finds this GitHub. */
  readonly environment: Readonly<Record<string, string>>;
  readonly truth: Truth;
  readonly change: Changes;
  readonly hook: Hook;
  readonly tokens: Tokens;
  /** The App's web flow: who sits at the browser, and which callbacks are registered. */
  readonly oauth: OAuthServer;
  readonly rateLimits: RateLimits;
  readonly requests: readonly SeenRequest[];
  /** What GraphQL has cost in all. */
  readonly points: number;
  /** Requests that GitHub would not have understood, and what the stand-in itself lacks: must be empty. */
  readonly violations: readonly string[];
  /** How many requests were checked against GitHub's descriptions. */
  readonly checked: number;
  fault(fault: Fault): void;
  /** Runs before each answer: to change the truth in the middle of something. `clearFaults` ends it. */
  beforeAnswer(run: (request: FaultRequest) => void | Promise<void>): void;
  clearFaults(): void;
  /** The most requests of an installation that were under way at once. */
  peakInFlight(installationId: number): number;
  stop(): Promise<void>;
}

export interface StandInOptions {
  readonly truth?: Truth;
  /** The hourly budgets. */
  readonly limits?: Partial<Readonly<Record<Resource, number>>>;
}

const APP_ID = 29_310;
const WEBHOOK_SECRET = 'a secret of the stand-in';

export async function startStandIn({ truth = new Truth(), limits = {} }: StandInOptions = {}): Promise<StandIn> {
  const state = { points: 0, checked: 0 };
  const requests: SeenRequest[] = [];
  const violations: string[] = [];
  const faults = new Faults();
  const traffic = new Traffic();
  const rateLimits = new RateLimits(limits);
  const tokens = new Tokens(truth, APP_ID);
  const oauth = new OAuthServer(tokens);
  const git = new GitServer(truth, tokens);
  const hook = new Hook({ truth, secret: WEBHOOK_SECRET, appId: APP_ID });
  const { server, host } = await listen({
    truth,
    tokens,
    oauth,
    rateLimits,
    faults,
    traffic,
    router: new Router(restRoutes({ hook, tokens, rateLimits })),
    check: async (request) => {
      state.checked += 1;
      violations.push(...(await requestProblems(request)));
    },
    checked: () => {
      state.checked += 1;
    },
    violate: (violation) => violations.push(violation),
    serveGit: (request, response) => git.serve(request, response),
    seen: (request) => {
      requests.push(request);
      state.points += request.points;
    },
  });
  return {
    url: `http://${host}`,
    host,
    appId: APP_ID,
    privateKey: tokens.privateKey,
    webhookSecret: WEBHOOK_SECRET,
    environment: {
      APP_ID: String(APP_ID),
      PRIVATE_KEY: tokens.privateKey,
      WEBHOOK_SECRET,
      GHE_HOST: host,
      GHE_PROTOCOL: 'http',
      GITHUB_CLIENT_ID: oauth.clientId,
      GITHUB_CLIENT_SECRET: oauth.clientSecret,
    },
    truth,
    change: createChanges(truth, hook),
    hook,
    tokens,
    oauth,
    rateLimits,
    requests,
    violations,
    get points() {
      return state.points;
    },
    get checked() {
      return state.checked;
    },
    fault: (fault) => faults.add(fault),
    beforeAnswer: (run) => {
      faults.before = run;
    },
    peakInFlight: (installationId) => traffic.peak(`installation ${installationId}`),
    clearFaults: () => faults.clear(),
    stop: () => {
      server.closeAllConnections();
      git.stop();
      return new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
      });
    },
  };
}
