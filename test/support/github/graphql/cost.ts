import {
  type DocumentNode,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type ValueNode,
  type GraphQLCompositeType,
  isObjectType,
  isInterfaceType,
  type FieldNode,
} from 'graphql';

export interface QueryCost {
  /** In points of the hourly budget. */
  readonly points: number;
  /** The most nodes that it can return. */
  readonly nodes: number;
}

interface Walk {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly variables: Readonly<Record<string, unknown>>;
  requests: number;
  nodes: number;
}

/**
 * By GitHub's rule: the requests that it takes to fulfil every connection, if each parent had as many nodes as it was
 * asked for, divided by 100, and at least one.
 */
export function queryCost({ schema, document, variables }: Omit<Walk, 'requests' | 'nodes'>): QueryCost {
  const walk = { schema, document, variables, requests: 0, nodes: 0 };
  const query = schema.getQueryType();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION && query) {
      walkSelections(walk, { selections: definition.selectionSet, type: query, parents: 1 });
    }
  }
  return { points: Math.max(1, Math.round(walk.requests / 100)), nodes: walk.nodes };
}

interface Place {
  readonly selections: SelectionSetNode;
  readonly type: GraphQLCompositeType;
  readonly parents: number;
}

function walkSelections(walk: Walk, { selections, type, parents }: Place): void {
  for (const selection of selections.selections) {
    if (isLeftOut(walk, selection)) continue;
    if (selection.kind === Kind.FIELD) walkField(walk, selection, { type, parents });
    else {
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : findFragment(walk, selection.name.value);
      const named = fragment?.typeCondition ? walk.schema.getType(fragment.typeCondition.name.value) : type;
      if (fragment && named && isCompositeType(named)) {
        walkSelections(walk, { selections: fragment.selectionSet, type: named, parents });
      }
    }
  }
}

function walkField(walk: Walk, field: FieldNode, { type, parents }: Pick<Place, 'type' | 'parents'>): void {
  if (!field.selectionSet || !(isObjectType(type) || isInterfaceType(type))) return;
  const definition = type.getFields()[field.name.value];
  const named = definition && getNamedType(definition.type);
  if (!named || !isCompositeType(named)) return;
  const count = named.name.endsWith('Connection') ? pageSize(walk, field) : undefined;
  if (count !== undefined) {
    walk.requests += parents;
    walk.nodes += parents * count;
  }
  const children = count ?? listLength(walk, field);
  walkSelections(walk, { selections: field.selectionSet, type: named, parents: parents * children });
}

function pageSize(walk: Walk, field: FieldNode): number {
  const value = argument(walk, field, 'first') ?? argument(walk, field, 'last');
  return typeof value === 'number' ? value : 0;
}

/** Of `nodes(ids:)`, which is no connection. */
function listLength(walk: Walk, field: FieldNode): number {
  const ids = field.name.value === 'nodes' ? argument(walk, field, 'ids') : undefined;
  return Array.isArray(ids) ? ids.length : 1;
}

function argument(walk: Walk, field: FieldNode, name: string): unknown {
  const value = field.arguments?.find((each) => each.name.value === name)?.value;
  return value && readValue(walk, value);
}

function readValue(walk: Walk, value: ValueNode): unknown {
  if (value.kind === Kind.INT) return Number(value.value);
  if (value.kind === Kind.BOOLEAN) return value.value;
  if (value.kind === Kind.LIST) return value.values;
  if (value.kind !== Kind.VARIABLE) return undefined;
  return walk.variables[value.name.value] ?? defaultOf(walk, value.name.value);
}

function defaultOf(walk: Walk, variable: string): unknown {
  const operation = walk.document.definitions.find(
    (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
  );
  const value = operation?.variableDefinitions?.find((each) => each.variable.name.value === variable)?.defaultValue;
  return value && readValue(walk, value);
}

/** By `@include` or `@skip`. */
function isLeftOut(walk: Walk, { directives = [] }: SelectionNode): boolean {
  return directives.some(({ name, arguments: [condition] = [] }) => {
    const isTrue = condition && readValue(walk, condition.value);
    return (name.value === 'include' && isTrue === false) || (name.value === 'skip' && isTrue === true);
  });
}

function findFragment({ document }: Walk, name: string) {
  return document.definitions.find(
    (definition) => definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === name,
  ) as undefined | Extract<DocumentNode['definitions'][number], { kind: Kind.FRAGMENT_DEFINITION }>;
}
