import { readdirSync } from 'node:fs';
import { parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { GraphqlDocument } from '../../src/github/github.ts';
import { commitsDocument } from '../../src/github/documents/commits.ts';
import { pullRequestCommitsDocument } from '../../src/github/documents/pull-request-commits.ts';
import { githubSchema } from '../support/github-schema.ts';

type AnyDocument = GraphqlDocument<object, unknown>;

const folder = new URL('../../src/github/documents/', import.meta.url);
const modules = await Promise.all(
  readdirSync(folder).map((file) => import(new URL(file, folder).href) as Promise<Record<string, unknown>>),
);
const documents = [
  ...modules.flatMap((module) => Object.values(module)).filter(isDocument),
  commitsDocument(2),
  pullRequestCommitsDocument(2),
];

function isDocument(value: unknown): value is AnyDocument {
  return typeof value === 'object' && value !== null && 'text' in value && 'data' in value;
}

describe('GraphQL documents', () => {
  it('are found', () => {
    expect(documents.length).toBeGreaterThan(1);
  });

  it.each(documents)("$name is valid by GitHub's schema and asks for the budget", ({ name, text }) => {
    const document = parse(text);
    expect(validate(githubSchema(), document).map(({ message }) => message)).toEqual([]);
    expect(document.definitions[0]).toMatchObject({ kind: 'OperationDefinition', name: { value: name } });
    expect(text).toMatch(/rateLimit \{/);
  });
});
