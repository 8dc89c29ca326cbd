import type { z } from '@hono/zod-openapi';
import type { DeliveryHealth, TenantHealth } from './data-health-rows.ts';
import type { dataHealthSchema } from './data-health-schema.ts';
import { permissionNames } from './sync-progress.ts';

type Finding = z.infer<typeof dataHealthSchema>['findings'][number];

export interface DataState {
  readonly connected: boolean;
  readonly tenant: TenantHealth;
  readonly deliveries: DeliveryHealth;
  readonly now: Date;
}

/** A scan is begun every 15 minutes; one over days of deliveries takes longer. */
const SCAN_LATE_MS = 2 * 3_600_000;
/** The comparison is nightly. */
const COMPARED_LATE_MS = 36 * 3_600_000;

/** What keeps the data from being complete, and what to do about it. */
export function findingsOf(state: DataState): Finding[] {
  if (!state.connected) {
    const action = 'Set APP_ID and PRIVATE_KEY_PATH, and start Shiplog again.';
    return [
      { code: 'not_connected', message: 'Shiplog is not connected to GitHub: it has what webhooks tell.', action },
    ];
  }
  return [...installationFindings(state), ...deliveryFindings(state), ...syncFindings(state), ...countFindings(state)];
}

function installationFindings({ tenant: { installation } }: DataState): Finding[] {
  if (installation === null) {
    const message = 'The app is not installed any more; nothing new comes in.';
    return [{ code: 'not_installed', message, action: 'Install it again before the data is removed.' }];
  }
  if (!installation.suspended) return [];
  const action = "An owner lifts the suspension in the organization's settings, under GitHub Apps.";
  return [{ code: 'suspended', message: 'The app is suspended; nothing new comes in.', action }];
}

function deliveryFindings({ deliveries: { lastWebhookAt, dead, lost, scan }, now }: DataState): Finding[] {
  const findings: Finding[] = [];
  if (lastWebhookAt === null) {
    const action = "Check the webhook's URL and secret in the App's settings on GitHub.";
    findings.push({ code: 'no_webhook', message: 'No webhook of this organization has come yet.', action });
  }
  if (scan === null || now.getTime() - (scan.finished_at ?? scan.started_at).getTime() > SCAN_LATE_MS) {
    const action = 'Look for "missed-deliveries" in the log; it runs where SHIPLOG_ROLE is all or worker.';
    findings.push({ code: 'delivery_scan_late', message: 'Missed webhooks were not looked for lately.', action });
  }
  if (dead > 0) {
    const action = 'The operator sees why at /api/v1/admin/deliveries?state=dead, and replays them.';
    findings.push({ code: 'deliveries_dead', message: `${dead} webhooks could not be applied.`, action });
  }
  if (lost > 0) {
    const action = 'Nothing: what they told is read from GitHub every night.';
    findings.push({ code: 'deliveries_lost', message: `${lost} webhooks were missed for good.`, action });
  }
  return findings;
}

function syncFindings({ tenant: { states } }: DataState): Finding[] {
  const forbidden = new Set(
    states.filter(({ state }) => state === 'forbidden').map(({ entity }) => permissionNames[entity]),
  );
  const failed = states.filter(({ state }) => state === 'failed');
  const open = states.filter(({ state }) => state === 'pending' || state === 'running');
  return [
    ...[...forbidden].map((name): Finding => {
      const action = "Grant it in the App's settings, and accept it in the organization's.";
      return { code: 'permission_missing', message: `The app may not read ${name}.`, action };
    }),
    ...failed.map(({ entity, count }): Finding => {
      const message = `${entity} of ${count} repositories could not be read to the end.`;
      return { code: 'sync_failed', message, action: 'It is tried again every night; GET sync has the error.' };
    }),
    ...(open.length > 0
      ? [
          {
            code: 'sync_running' as const,
            message: 'History is being read from GitHub.',
            action: 'Nothing: GET sync says how far it is.',
          },
        ]
      : []),
  ];
}

function countFindings({ tenant: { totals, checkedAt }, now }: DataState): Finding[] {
  const late = checkedAt === null || now.getTime() - checkedAt.getTime() > COMPARED_LATE_MS;
  const message = checkedAt === null ? 'Not compared with GitHub yet.' : 'Not compared with GitHub lately.';
  const compared: Finding[] = late
    ? [{ code: 'not_compared', message, action: 'Nothing: that happens every night, after 03:17 UTC.' }]
    : [];
  const incomplete = totals.filter(({ missing }) => missing > 0);
  return [
    ...compared,
    ...incomplete.map(({ entity, missing, total }): Finding => {
      const message = `${missing} of ${total} ${entity} are missing.`;
      const action =
        'Nothing: they are read again. If it stays for days, POST sync reads everything; with SYNC_HORIZON_DAYS, older ones stay out.';
      return { code: 'counts_differ', message, action };
    }),
  ];
}
