/** Marks the functions of a source, so that each of them says when it is entered. Pure. */
import { parseSync } from 'oxc-parser';

/** A node of the syntax tree, as far as it is looked at here. */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [property: string]: unknown;
}

interface Insertion {
  readonly at: number;
  readonly text: string;
}

const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);

/** Nodes that assign a function to a name: the property that holds the function, and the one that holds the name. */
const NAMING: Readonly<Record<string, readonly [held: string, name: string]>> = {
  MethodDefinition: ['value', 'key'],
  Property: ['value', 'key'],
  PropertyDefinition: ['value', 'key'],
  VariableDeclarator: ['init', 'id'],
  AssignmentExpression: ['right', 'left'],
  AssignmentPattern: ['right', 'left'],
};

/**
 * The source with a call of `globalThis.way?.push(...)` at the start of each function's body. Its argument is a `Call`.
 * @throws SyntaxError if the source is no TypeScript
 */
export function instrumented(file: string, source: string): string {
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new SyntaxError(`${file}: ${errors.map(({ message }) => message).join('; ')}`);
  const insertions: Insertion[] = [];
  visit(program as unknown as Node, undefined, (node, name) => insertions.push(...markOf(file, node, name)));
  let marked = '';
  let from = 0;
  for (const { at, text } of insertions.toSorted((a, b) => a.at - b.at)) {
    marked += source.slice(from, at) + text;
    from = at;
  }
  return marked + source.slice(from);
}

function markOf(file: string, node: Node, assigned: string | undefined): Insertion[] {
  const { body, id } = node;
  // A declaration of a type or of an overload has no body.
  if (!FUNCTIONS.has(node.type) || !isNode(body)) return [];
  const name = isNode(id) ? nameOf(id) : assigned;
  const push = `globalThis.way?.push(${JSON.stringify({ file, name: name ?? '', named: name !== undefined })})`;
  if (body.type === 'BlockStatement') return [{ at: body.start + 1, text: `${push};` }];
  return [
    { at: body.start, text: `(${push}, ` },
    { at: body.end, text: ')' },
  ];
}

/** Visits the node and all below it, each with the name of what it is assigned to. */
function visit(
  node: Node,
  assigned: string | undefined,
  see: (node: Node, assigned: string | undefined) => void,
): void {
  see(node, assigned);
  const [held, target] = NAMING[node.type] ?? [];
  for (const [property, value] of Object.entries(node)) {
    const name = property === held && target !== undefined ? nameOf(node[target]) : undefined;
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) visit(child, name, see);
  }
}

function nameOf(target: unknown): string {
  const node = target as Node;
  if (node.type === 'MemberExpression') return nameOf(node['property']);
  return String(node['name'] ?? node['value'] ?? 'computed');
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}
