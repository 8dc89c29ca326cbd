import type { CheckSummary } from './evaluate.ts';
import { code } from './markdown.ts';

/** Where GitHub and Shiplog are for people. */
export interface Places {
  /** Such as `https://github.com`. */
  readonly webUrl: string;
  /** Undefined: nobody has said where people find Shiplog. */
  readonly publicUrl: string | undefined;
}

export interface Links {
  readonly pull: (number: number) => string;
  readonly issue: (number: number) => string;
  /** A path of the API: a link where it is known where that is. */
  readonly api: (label: string, path: string) => string;
  /** Of the organization, in the API. */
  readonly org: string;
  readonly repository: string;
}

export function deploymentLink(id: number, { api, org, repository }: Links): string {
  // Of what a program has reported, the number is no name.
  return api(
    id > 0 ? `deployment ${id}` : 'a reported deployment',
    `${org}/deployments/${id}?repository=${repository}`,
  );
}

/** An issue, as `#12`; whatever else a program calls it is no number of GitHub's. */
export function incidentLink(name: string, { issue }: Links): string {
  const number = numberOf(name);
  return number === null ? code(name) : issue(number);
}

export function pullLink(name: string, { pull }: Links): string {
  const number = numberOf(name);
  return number === null ? code(name) : pull(number);
}

function numberOf(name: string): number | null {
  const digits = /^#(\d+)$/.exec(name)?.[1];
  return digits === undefined ? null : Number(digits);
}

export function linksOf({ repository }: CheckSummary, { webUrl, publicUrl }: Places): Links {
  const [owner = '', name = ''] = repository.split('/');
  return {
    pull: (number) => `[#${number}](${webUrl}/${repository}/pull/${number})`,
    issue: (number) => `[#${number}](${webUrl}/${repository}/issues/${number})`,
    api: (label, path) =>
      publicUrl === undefined ? `${label} (\`GET ${path}\`)` : `[${label}](${publicUrl.replace(/\/$/, '')}${path})`,
    org: `/api/v1/orgs/${owner}`,
    repository: name,
  };
}
