import { join, relative } from 'node:path';
import type { Config } from '../config.ts';
import type { HistoryCounts } from '../replay/counts.ts';
import { localUrl } from '../replay/destination.ts';
import type { ReplayResult } from '../replay/replay.ts';
import { formatCount, formatCounted } from './progress.ts';

const rows = [
  ['commits', 'commits'],
  ['authors', 'authors'],
  ['pull_requests_merged', 'merged pull requests'],
  ['releases', 'tags, as releases'],
] as const satisfies readonly (readonly [keyof HistoryCounts, string])[];

/** Whether Shiplog has what git has. */
export function isEqual({ stored, git }: ReplayResult): boolean {
  return rows.every(([name]) => stored[name] === git[name]);
}

/** The line of JSON that ends a replay with `--json`. */
export function printCounts({ deliveries, stored, seconds }: ReplayResult): string {
  const { commits, authors, pull_requests_merged, releases } = stored;
  return JSON.stringify({ deliveries: deliveries.stored, commits, authors, pull_requests_merged, releases, seconds });
}

export function describeResult(result: ReplayResult, config: Config): string {
  const { accepted, stored } = result.deliveries;
  const known = stored > accepted ? `, ${formatCount(stored - accepted)} known from before` : '';
  return [
    '',
    ...describeCounts(result),
    '',
    `${formatCounted(stored, 'webhook')} in ${result.seconds} s: ${formatCount(accepted)} new${known}.`,
    ...describeOthers(result),
    '',
    ...describeLink(result, config),
  ].join('\n');
}

function describeCounts({ stored, git, branch }: ReplayResult): string[] {
  return [
    tableLine([`On ${branch}`, 'Shiplog', 'git']),
    ...rows.map(([name, label]) => {
      const verdict = stored[name] === git[name] ? 'equal' : 'differs';
      return tableLine([label, formatCount(stored[name]), formatCount(git[name]), verdict]);
    }),
  ];
}

function tableLine([label = '', ours = '', gits = '', verdict = '']: readonly string[]): string {
  return `  ${label.padEnd(24)}${ours.padStart(12)}${gits.padStart(12)}  ${verdict}`.trimEnd();
}

function describeOthers({ deliveries }: ReplayResult): string[] {
  const [first] = deliveries.others;
  if (!first) return [];
  return [
    `${formatCount(deliveries.others.length)} of them were not applied. One is ${first.state}: ${first.error ?? 'no reason given'} (${first.guid})`,
  ];
}

function describeLink({ destination, repository }: ReplayResult, config: Config): string[] {
  const base = (config.publicUrl ?? destination.lasting ?? localUrl(config)).replace(/\/+$/, '');
  return [
    destination.lasting === undefined ? 'To read it, start Shiplog (npm start), then:' : 'To read it:',
    `  curl -H "Authorization: Bearer ${describeToken(config)}" ${base}/api/v1/orgs/${repository.org}/commits`,
    `  ${base}/docs describes the API.`,
  ];
}

function describeToken({ operatorToken, databaseUrl, dataDir }: Config): string {
  if (operatorToken !== undefined || databaseUrl !== undefined) return '$SHIPLOG_OPERATOR_TOKEN';
  const file = join(dataDir, 'operator-token');
  const nearby = relative('.', file);
  return `$(cat ${nearby.startsWith('..') ? file : nearby})`;
}
