import type { MetricName } from '../query/metrics.ts';
import { type ProfileName, profiles } from './profiles.ts';
import { choices, isProfiled } from './settings.ts';

/** A setting in which a tool differs from Shiplog, in words. */
export interface Difference {
  readonly setting: string;
  readonly shiplog: string;
  readonly profile: string;
  /** Where the tool's code or documentation says so. */
  readonly source: string;
}

export function listDifferences(profile: ProfileName, name: MetricName | 'team-health'): Difference[] {
  if (!isProfiled(name)) return [];
  const { settings, source, sources = {} } = profiles[profile].metrics[name];
  const meanings: Readonly<Record<string, Readonly<Record<string, string>>>> = choices[name];
  const found = new Map(Object.entries(sources));
  return Object.entries(settings).map(([setting, choice]) => ({
    setting,
    shiplog: meanings[setting]?.['shiplog'] ?? '',
    profile: meanings[setting]?.[choice] ?? '',
    source: found.get(setting) ?? source,
  }));
}
