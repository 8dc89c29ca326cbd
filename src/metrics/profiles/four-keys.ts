import type { Profile } from './profile.ts';

const repository = 'https://github.com/dora-team/fourkeys/blob/main';
const calculation = `${repository}/METRICS.md`;

export const fourKeys: Profile = {
  tool: 'Four Keys',
  metrics: {
    'deployment-frequency': {
      settings: { deployments: 'of_a_push' },
      source: calculation,
      sources: { deployments: `${repository}/queries/deployments.sql` },
    },
    'lead-time': {
      settings: { unit: 'pushed_commit', link: 'push_of_head', span: 'committed', bots: 'counted' },
      source: calculation,
      sources: { unit: `${repository}/queries/changes.sql`, link: `${repository}/queries/deployments.sql` },
    },
    'change-fail-rate': {
      settings: { blame: 'root_cause', numerator: 'incidents', denominator: 'of_a_push' },
      source: calculation,
      sources: { blame: `${repository}/queries/incidents.sql` },
    },
    'recovery-time': {
      settings: {
        unit: 'incident',
        blame: 'root_cause',
        incidents: 'labelled_incident',
        start: 'earlier',
        end: 'close',
        rounding: 'hours',
        window: 'started',
      },
      source: calculation,
      sources: { incidents: `${repository}/queries/incidents.sql`, start: `${repository}/queries/incidents.sql` },
    },
  },
  limits: [
    'Webhooks alone tell which commits came with a push. A deployment whose push was not received is left out as no_push: Four Keys leaves out those of which there was none.',
    'Four Keys counts deployments to every environment. Here those to production count: widen the patterns of production environments to count as it did.',
    'Four Keys takes a success that is told again as another deployment of the same id, and commits of `additional_sha`. Here the first success of the one commit counts.',
  ],
};
