import { z } from 'zod';
import { ConfigError } from '../errors.ts';
import { isPlan, planNames } from '../plans.ts';
import type { CommandInput } from './command.ts';
import { formatCount } from './progress.ts';
import { findRunningShiplog } from './running-shiplog.ts';

const limit = z.int().nullable();
const answer = z.object({
  plan: z.string(),
  limits: z.object({ repositories: limit, members: limit }),
  used: z.object({ repositories: z.int(), members: z.int() }),
  left_out: z.array(z.object({ repository: z.string(), reason: z.string(), held_deliveries: z.int() })),
  left_out_count: z.int(),
});

/** Prints the plan of an organization, after setting it if one is given. */
export async function planOrg({ arguments: [org, plan], options, config }: CommandInput): Promise<number> {
  if (org === undefined) throw new ConfigError('Say which organization: npm run shiplog -- org plan ORG [PLAN]');
  if (plan !== undefined && !isPlan(plan)) {
    throw new ConfigError(`There is no plan "${plan}"; there are: ${planNames.join(', ')}.`);
  }
  const shiplog = await findRunningShiplog(config);
  const path = `/orgs/${encodeURIComponent(org)}/plan`;
  const request =
    plan === undefined ? ({ method: 'GET', path } as const) : ({ method: 'PUT', path, body: { plan } } as const);
  const found = await shiplog.call(request, answer);
  if (options['json'] === true) console.log(JSON.stringify(found));
  else for (const line of describe(org, found)) console.log(line);
  return 0;
}

function describe(org: string, { plan, limits, used, left_out, left_out_count }: z.infer<typeof answer>): string[] {
  const lines = [
    `${org}: ${plan}`,
    `  repositories tracked  ${share(used.repositories, limits.repositories)}`,
    `  members               ${share(used.members, limits.members)}`,
  ];
  if (left_out_count === 0) return lines;
  const left = left_out.map(({ repository, reason, held_deliveries: held }) => {
    const why = reason === 'choice' ? 'by choice' : 'the plan has no room';
    return `    ${repository}  ${why}, deliveries kept: ${formatCount(held)}`;
  });
  const more = left_out_count - left_out.length;
  return [...lines, '  left out', ...left, ...(more > 0 ? [`    and ${more} more`] : [])];
}

function share(taken: number, most: number | null): string {
  return `${taken} of ${most ?? 'any number'}`;
}
