/** values.schema.json as a tree that people read: what can be set, of what type, and what it means. */

export interface SchemaNode {
  name: string;
  type: string;
  description: string;
  required: boolean;
  /** As JSON; empty: none is given. */
  fallback: string;
  /** What is allowed besides the type, e.g. "one of: a, b". */
  bounds: string[];
  children: SchemaNode[];
}

/** A $ref that leads back to itself ends here, as do schemas that only mean to be deep. */
const DEPTH_MAX = 12;

type Json = Record<string, unknown>;

export function schemaTree(schema: unknown): SchemaNode[] {
  return isObject(schema) ? childrenOf(schema, schema, 0, new Set()) : [];
}

function childrenOf(given: Json, root: Json, depth: number, seen: ReadonlySet<string>): SchemaNode[] {
  if (depth >= DEPTH_MAX) return [];
  const required = new Set(Array.isArray(given.required) ? (given.required as unknown[]) : []);
  const properties = isObject(given.properties) ? Object.entries(given.properties) : [];
  const nodes = properties.map(([name, child]) => nodeOf(name, child, root, required.has(name), depth, seen));
  for (const part of Array.isArray(given.allOf) ? given.allOf : [])
    if (isObject(part)) nodes.push(...childrenOf(part, root, depth + 1, seen));
  if (isObject(given.items)) nodes.push(nodeOf('[each]', given.items, root, false, depth, seen));
  if (isObject(given.additionalProperties))
    nodes.push(nodeOf('[any name]', given.additionalProperties, root, false, depth, seen));
  return nodes;
}

function nodeOf(
  name: string,
  given: unknown,
  root: Json,
  required: boolean,
  depth: number,
  seen: ReadonlySet<string>,
): SchemaNode {
  const reference = isObject(given) && typeof given.$ref === 'string' ? given.$ref : '';
  const looped = reference !== '' && seen.has(reference);
  const schema = isObject(given) ? { ...(reference ? target(reference, root) : {}), ...given } : {};
  return {
    name,
    type: typeOf(schema),
    description: typeof schema.description === 'string' ? schema.description : String(schema.title ?? ''),
    required,
    fallback: schema.default === undefined ? '' : JSON.stringify(schema.default),
    bounds: boundsOf(schema),
    children: looped ? [] : childrenOf(schema, root, depth + 1, reference ? new Set([...seen, reference]) : seen),
  };
}

/** Only within the document: other documents are never fetched. */
function target(reference: string, root: Json): Json {
  if (!reference.startsWith('#/')) return {};
  let place: unknown = root;
  for (const step of reference.slice(2).split('/')) {
    const name = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
    if (!isObject(place) || !Object.hasOwn(place, name)) return {};
    place = place[name];
  }
  return isObject(place) ? place : {};
}

function typeOf(schema: Json): string {
  if (Array.isArray(schema.type)) return schema.type.join(' or ');
  if (typeof schema.type === 'string') return schema.type;
  const values = Array.isArray(schema.enum) ? schema.enum : schema.const === undefined ? [] : [schema.const];
  if (values.length) return [...new Set(values.map(kindOf))].join(' or ');
  const choice = [schema.oneOf, schema.anyOf].find(Array.isArray) as unknown[] | undefined;
  if (choice) return [...new Set(choice.map((one) => (isObject(one) ? typeOf(one) : 'any')))].join(' or ');
  return schema.properties ? 'object' : 'any';
}

/** As JSON Schema calls it. */
function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

const BOUNDS = [
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'pattern',
  'format',
] as const;

function boundsOf(schema: Json): string[] {
  const bounds = BOUNDS.filter((name) => schema[name] !== undefined).map((name) => `${name} ${String(schema[name])}`);
  if (Array.isArray(schema.enum)) bounds.unshift(`one of ${schema.enum.map((one) => JSON.stringify(one)).join(', ')}`);
  if (schema.const !== undefined) bounds.unshift(`always ${JSON.stringify(schema.const)}`);
  return bounds;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
