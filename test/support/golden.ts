import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type Account, sha } from './payloads.ts';

const FOLDER = 'test/fixtures/golden/dora';

const time = z.iso.datetime();
const commit = z.object({
  sha: z.string(),
  parents: z.array(z.string()),
  authored_at: time,
  committed_at: time,
  author: z.string(),
});
const pull = z.object({
  number: z.int(),
  title: z.string(),
  author: z.string(),
  created_at: time,
  ready_at: time.optional(),
  merged_at: time.nullish(),
  merge_sha: z.string().nullish(),
  labels: z.array(z.string()).default([]),
  body: z.string().default(''),
  head_ref: z.string(),
  commits: z.array(z.object({ sha: z.string(), authored_at: time })),
  reviews: z
    .array(
      z.object({
        author: z.string(),
        state: z.enum(['approved', 'changes_requested', 'commented']),
        submitted_at: time,
      }),
    )
    .default([]),
});
const deployment = z.object({
  id: z.int(),
  sha: z.string(),
  environment: z.string(),
  production_environment: z.boolean().optional(),
  statuses: z.array(
    z.object({
      state: z.enum(['success', 'failure', 'error', 'pending', 'in_progress', 'queued', 'inactive']),
      at: time,
    }),
  ),
});
const issue = z.object({
  number: z.int(),
  title: z.string(),
  labels: z.array(z.string()),
  created_at: time,
  closed_at: time.nullable(),
  body: z.string(),
});

const metric = z.object({ n: z.int() });
const expected = z.object({
  deployments: z.record(
    z.string(),
    z.object({
      outcome: z.string(),
      changes: z.array(z.string()),
      failure_causes: z.array(z.string()),
      rework: z.array(z.string()),
      excluded: z.array(z.string()).optional(),
    }),
  ),
  metrics: z.strictObject({
    deployment_frequency: metric.extend({ per_day: z.number() }),
    lead_time: metric.extend({ median_s: z.number().nullable(), p90_s: z.number().nullable() }),
    change_fail_rate: z.object({ value: z.number(), numerator: z.array(z.int()), denominator: z.int() }),
    recovery_time: metric.extend({ median_s: z.number().nullable(), open: z.int() }),
    rework_rate: z.object({ value: z.number(), numerator: z.array(z.int()), denominator: z.int() }),
  }),
  unlinked_incidents: z.array(z.int()),
  flow: z.record(z.string(), z.record(z.string(), z.number().nullable())),
});

const golden = z.object({
  name: z.string(),
  repository: z.object({ full_name: z.string(), default_branch: z.string() }),
  window: z.object({ from: time, to: time }),
  commits: z.array(commit),
  pulls: z.array(pull),
  deployments: z.array(deployment),
  issues: z.array(issue),
  expect: expected,
});
export type Golden = z.output<typeof golden>;

/** Every worked example. In GitHub's payloads a commit has forty digits, so the names of theirs are hashed. */
export const goldens: readonly Golden[] = readdirSync(FOLDER)
  .toSorted()
  .map((file) => golden.parse(JSON.parse(readFileSync(join(FOLDER, file), 'utf8'))));

export const goldenOwner: Account = { id: 6_500, login: 'acme', type: 'Organization' };
export const goldenRepository = { id: 6_501, owner: goldenOwner, name: 'shop' };

const logins = ['ann', 'ben', 'cat', 'dan', 'eve', 'renovate[bot]'];

export function accountOf(login: string): Account {
  const index = logins.indexOf(login);
  if (index < 0) throw new Error(`nobody is called ${login}`);
  return { id: 600 + index, login, type: login.endsWith('[bot]') ? 'Bot' : 'User' };
}

export function emailOf(login: string): string {
  return `${login.replace('[bot]', '')}@acme.example`;
}

/** A commit's name in the example, of the hash that stands for it. */
export function namesOf({ commits, pulls }: Golden): ReadonlyMap<string, string> {
  const names = [...commits, ...pulls.flatMap((pull) => pull.commits)].map((commit) => commit.sha);
  return new Map(names.map((name) => [sha(name), name]));
}
