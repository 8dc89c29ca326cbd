import type { ChangedFile, FileRules } from '../../src/checks/files/changed-files.ts';

/** Of a repository of many packages; a tenth of them are not read: generated, vendored or locks. */
export function madeFiles(count: number): ChangedFile[] {
  return Array.from({ length: count }, (_, index) => {
    const folder = `packages/package-${index % 60}/src/part-${index % 7}`;
    const name = index % 10 === 0 ? notRead(index) : `module-${index}.ts`;
    return { path: `${folder}/${name}`, additions: index % 40, deletions: index % 11 };
  });
}

function notRead(index: number): string {
  return ['client.pb.go', 'vendor/lib/a.c', 'package-lock.json'][(index / 10) % 3] ?? '';
}

/** A hundred owners' lines, and twenty attributes. */
export const madeRules: FileRules = {
  attributes: Array.from({ length: 20 }, (_, index) => `packages/package-${index}/gen/** linguist-generated`).join(
    '\n',
  ),
  codeOwners: [
    '* @org-1/core',
    ...Array.from({ length: 60 }, (_, index) => `/packages/package-${index}/ @org-1/team-${index % 12}`),
    ...Array.from({ length: 39 }, (_, index) => `*.kind-${index} @person-${index}`),
  ].join('\n'),
};
