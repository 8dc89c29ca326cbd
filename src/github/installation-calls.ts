import { SuspendedError } from '../errors.ts';
import type { Answer } from './answer.ts';
import type { BudgetGuard } from './budget-guard.ts';
import type { Resource } from './budget.ts';
import type { Etags } from './etags.ts';
import { failureOf } from './failure.ts';
import type { InstallationRef, Priority } from './github.ts';
import { graphqlFailureOf } from './graphql-failure.ts';
import type { InstallationTokens } from './installation-tokens.ts';
import type { Pace } from './pace.ts';
import type { Call, Transport } from './transport.ts';

export interface InstallationCallDeps {
  readonly transport: Transport;
  readonly tokens: InstallationTokens;
  readonly guard: BudgetGuard;
  readonly etags: Etags;
  readonly paceOf: (installationId: number) => Pace;
}

export type InstallationCall = Omit<Call, 'authorization' | 'etag'> & { readonly resource: Resource };

/** Sends a call as an installation: paced, within its budget, with a token that holds. It throws every failure. */
export function createInstallationCalls(
  ref: InstallationRef,
  priority: Priority,
  deps: InstallationCallDeps,
): (call: InstallationCall) => Promise<Answer> {
  const { guard, paceOf } = deps;
  const askRateLimit = async (grant: string) => {
    const route = 'GET /rate_limit';
    const answer = await sendWithToken(deps, { ref, grant, call: { name: route, route } });
    if (answer.status >= 400) throw failureOf(route, answer);
    return answer;
  };
  return (call) =>
    paceOf(ref.installationId).run({ resource: call.resource, writes: isWriting(call.route) }, async () => {
      const grant = await guard.reserve({ ref, resource: call.resource, priority, askRateLimit });
      const answer = await sendConditionally(deps, { ref, grant, call });
      const failure = failureIn(call, answer);
      await guard.record(ref, answer, failure);
      if (failure) throw failure;
      return answer;
    });
}

interface Sending {
  readonly ref: InstallationRef;
  readonly grant: string;
  readonly call: Omit<Call, 'authorization'>;
}

/** Where the last answer still holds, GitHub says so with a 304 that costs nothing. */
async function sendConditionally(deps: InstallationCallDeps, sending: Sending): Promise<Answer> {
  const { ref, call } = sending;
  if (!call.route.startsWith('GET ')) return sendWithToken(deps, sending);
  const key = `${ref.installationId} ${call.url ?? call.route} ${JSON.stringify(call.parameters ?? {})}`;
  const kept = deps.etags.find(key);
  const answer = await sendWithToken(deps, { ...sending, call: { ...call, etag: kept?.etag } });
  if (answer.status === 304 && kept) {
    return { ...kept.answer, headers: { ...kept.answer.headers, ...answer.headers } };
  }
  if (answer.status === 200) deps.etags.keep(key, answer);
  return answer;
}

/** A token that GitHub does not accept is renewed once. */
async function sendWithToken({ tokens, transport }: InstallationCallDeps, sending: Sending): Promise<Answer> {
  const { ref, grant, call } = sending;
  const purpose = isWriting(call.route) ? 'write_checks' : 'read';
  const name = { installationId: ref.installationId, purpose } as const;
  for (let renewed = false; ; renewed = true) {
    const token = await tokens.get(name, grant);
    const answer = await transport({ ...call, authorization: `token ${token}` });
    if (answer.status !== 401) return answer;
    tokens.forget(name, token);
    if (renewed) throw new SuspendedError(`${call.name}: GitHub does not accept the installation's token`);
  }
}

function failureIn({ name, resource }: InstallationCall, answer: Answer): Error | undefined {
  if (answer.status >= 400) return failureOf(name, answer);
  return resource === 'graphql' ? graphqlFailureOf(name, answer) : undefined;
}

/** The one thing that is ever written is a check run, over REST. */
function isWriting(route: string): boolean {
  return !/^(GET|HEAD) |^POST \/graphql$/.test(route);
}
