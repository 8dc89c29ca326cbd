import type { Metric } from '../query/metric.ts';
import type { MetricName } from '../query/metrics.ts';
import { deploymentRecoveryBy, failRateBy, frequencyBy } from './deployment-metrics.ts';
import { incidentRecoveryBy } from './incident-recovery.ts';
import { leadTimeBy } from './lead-time.ts';
import { type ProfileName, profiles } from './profiles.ts';
import { isProfiled, type ProfiledMetric } from './settings.ts';

/** The metric under a profile; undefined: its tool has no such metric. */
export function profileMetric(profile: ProfileName, name: MetricName | 'team-health'): Metric | undefined {
  return isProfiled(name) ? byName[name](profile) : undefined;
}

const byName: Readonly<Record<ProfiledMetric, (profile: ProfileName) => Metric>> = {
  'deployment-frequency': (profile) => frequencyBy(profiles[profile].metrics['deployment-frequency'].settings),
  'change-fail-rate': (profile) => failRateBy(profiles[profile].metrics['change-fail-rate'].settings),
  'lead-time': (profile) => leadTimeBy(profiles[profile].metrics['lead-time'].settings),
  'recovery-time': (profile) => {
    const { settings } = profiles[profile].metrics['recovery-time'];
    return settings.unit === 'incident' ? incidentRecoveryBy(settings) : deploymentRecoveryBy(settings);
  },
};
