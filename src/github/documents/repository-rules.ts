import { z } from 'zod';
import type { GraphqlDocument } from '../github.ts';
import { rateLimit, type RepositoryVariables } from './values.ts';

const blob = z.object({ text: z.string().nullish(), isTruncated: z.boolean().optional() }).nullish();

const data = z.object({
  repository: z.object({ attributes: blob, owners0: blob, owners1: blob, owners2: blob }).nullish(),
});

/** Each as `refs/heads/main:CODEOWNERS`. */
export interface RepositoryRulesVariables extends RepositoryVariables {
  readonly attributes: string;
  readonly owners0: string;
  readonly owners1: string;
  readonly owners2: string;
}

/** What a branch says of its files: how to show them, and who owns them. One point. */
export const repositoryRulesDocument: GraphqlDocument<RepositoryRulesVariables, z.output<typeof data>> = {
  name: 'RepositoryRules',
  text: `
    query RepositoryRules(
      $owner: String!, $name: String!, $attributes: String!, $owners0: String!, $owners1: String!, $owners2: String!
    ) {
      repository(owner: $owner, name: $name) {
        attributes: object(expression: $attributes) { ...text }
        owners0: object(expression: $owners0) { ...text }
        owners1: object(expression: $owners1) { ...text }
        owners2: object(expression: $owners2) { ...text }
      }
      ${rateLimit}
    }
    fragment text on Blob { text isTruncated }`,
  data,
};
