import type { Attempt, Hook } from '../hook/hook.ts';
import { notFound, Refusal, type StandInResponse } from '../request.ts';
import { ok, param, type RestCall, type Route } from './route.ts';

/** What became of the App's webhooks. */
export function hookDeliveryRoutes(hook: Hook): Route[] {
  return [
    { route: 'GET /app/hook/deliveries', answer: (call) => listAttempts(requireApp(call), hook) },
    {
      route: 'GET /app/hook/deliveries/{delivery_id}',
      answer: (call) => {
        const attempt = attemptOf(requireApp(call), hook);
        const { headers } = hook.request(attempt.webhook);
        return ok({
          ...attemptJson(attempt),
          url: hook.target ?? 'https://shiplog.example/webhooks',
          request: { headers, payload: attempt.webhook.payload },
          response: { headers: {}, payload: '' },
        });
      },
    },
    {
      route: 'POST /app/hook/deliveries/{delivery_id}/attempts',
      answer: async (call) => {
        await hook.deliver(attemptOf(requireApp(call), hook).webhook, { redelivery: true });
        return { status: 202, body: {} };
      },
    },
  ];
}

function requireApp(call: RestCall): RestCall {
  if (call.request.caller.kind === 'app') return call;
  throw new Refusal(401, 'A JSON web token could not be decoded');
}

/** The newest first, from a cursor on; `status=failure` leaves out what no connection came about for, as GitHub does. */
function listAttempts({ request }: RestCall, { attempts }: Hook): StandInResponse {
  const { query } = request;
  const size = Math.min(100, Number(query.get('per_page') ?? 30));
  const from = query.get('cursor')?.replace(/^v1_/, '');
  const status = query.get('status');
  const wanted = attempts
    .filter(({ id }) => from === undefined || id <= Number(from))
    .filter(({ statusCode }) => status === null || statusCode < 300 === (status === 'success'))
    .filter((attempt) => status !== 'failure' || !attempt.status.startsWith('failed to connect'))
    .toReversed();
  const next = wanted[size];
  const headers = next ? { link: `<${nextUrl(request, next)}>; rel="next"` } : {};
  return { status: 200, body: wanted.slice(0, size).map(attemptJson), headers };
}

function nextUrl({ apiUrl, path, query }: RestCall['request'], { id }: Attempt): string {
  const next = new URLSearchParams(query);
  next.set('cursor', `v1_${id}`);
  return `${apiUrl}${path}?${next.toString()}`;
}

function attemptOf(call: RestCall, { attempts }: Hook): Attempt {
  const attempt = attempts.find(({ id }) => id === Number(param(call, 'delivery_id')));
  if (!attempt) throw notFound();
  return attempt;
}

function attemptJson({ id, webhook, deliveredAt, redelivery, status, statusCode }: Attempt): object {
  return {
    id,
    guid: webhook.guid,
    delivered_at: deliveredAt,
    redelivery,
    duration: 0.1,
    status,
    status_code: statusCode,
    event: webhook.event,
    action: webhook.action,
    installation_id: webhook.installationId,
    repository_id: webhook.repositoryId,
    throttled_at: null,
  };
}
