import type { Profile } from './profile.ts';

const calculation = 'https://docs.datadoghq.com/dora_metrics/calculation/';
const detection = 'https://docs.datadoghq.com/dora_metrics/change_failure_detection/';

export const datadog: Profile = {
  tool: 'Datadog DORA Metrics',
  metrics: {
    'deployment-frequency': { settings: {}, source: calculation },
    'lead-time': {
      settings: { unit: 'commit', link: 'each_environment', span: 'authored', bots: 'counted' },
      source: calculation,
    },
    'change-fail-rate': {
      settings: { blame: 'remediation', denominator: 'successes' },
      source: calculation,
      sources: { blame: detection },
    },
    'recovery-time': {
      settings: { blame: 'remediation', end: 'repair' },
      source: calculation,
      sources: { blame: detection },
    },
  },
  limits: [
    'Datadog takes the commits between a deployment and the one before it. Here each counts once for an environment, so what is deployed again after a rollback counts in Datadog a second time.',
    'Datadog counts by service. Here a repository and an environment are one.',
    'Rules that a team wrote for its failures in Datadog are not known here. Reverts, hotfixes and rollbacks count.',
    "Datadog's page once divided by the deployments without the rollbacks. Here all successes are counted, as it says now.",
  ],
};
