import {
  type DocumentNode,
  execute,
  type ExecutionResult,
  type GraphQLFieldResolver,
  GraphQLError,
  parse,
  validate,
} from 'graphql';
import { githubSchema } from '../../github-schema.ts';
import type { QueryContext } from './context.ts';
import { type QueryCost, queryCost } from './cost.ts';
import { failure } from './failure.ts';
import { queryRoot } from './query-root.ts';

const documents = new Map<string, DocumentNode | readonly GraphQLError[]>();
const NODE_LIMIT = 500_000;

export interface QueryRequest {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface PreparedQuery extends QueryRequest {
  readonly document: DocumentNode;
  readonly cost: QueryCost;
}

/** A query that GitHub would run, or the errors that it answers with instead. */
export function prepareQuery(request: QueryRequest): PreparedQuery | readonly GraphQLError[] {
  const document = readDocument(request.query);
  if (!('kind' in document)) return document;
  const cost = queryCost({ schema: githubSchema(), document, variables: request.variables });
  if (cost.nodes <= NODE_LIMIT) return { ...request, document, cost };
  const text = `This query requests up to ${cost.nodes} possible nodes which exceeds the maximum limit of ${NODE_LIMIT}.`;
  return [failure('MAX_NODE_LIMIT_EXCEEDED', text)];
}

/** Runs it; a field that the stand-in does not model is told to `lacks`, for a silent null would hide it. */
export async function runQuery(
  { document, variables }: PreparedQuery,
  context: QueryContext,
  lacks: (field: string) => void,
): Promise<ExecutionResult> {
  return execute({
    schema: githubSchema(),
    document,
    variableValues: variables,
    rootValue: queryRoot(context),
    fieldResolver: strictResolver(lacks),
  });
}

function strictResolver(lacks: (field: string) => void): GraphQLFieldResolver<unknown, unknown> {
  return (source, args, _context, { parentType, fieldName }) => {
    if (typeof source !== 'object' || source === null || !(fieldName in source)) {
      const field = `${parentType.name}.${fieldName}`;
      lacks(field);
      throw new GraphQLError(`The stand-in lacks ${field}.`);
    }
    const value: unknown = Reflect.get(source, fieldName);
    return typeof value === 'function' ? value(args) : value;
  };
}

function readDocument(text: string): DocumentNode | readonly GraphQLError[] {
  const known = documents.get(text);
  if (known) return known;
  const read = parseDocument(text);
  documents.set(text, read);
  return read;
}

function parseDocument(text: string): DocumentNode | readonly GraphQLError[] {
  try {
    const document = parse(text);
    const errors = validate(githubSchema(), document);
    return errors.length > 0 ? errors : document;
  } catch (error) {
    if (error instanceof GraphQLError) return [error];
    throw error;
  }
}
