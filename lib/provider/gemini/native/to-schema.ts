import { isRecord } from '../../is-record.js';

type Json = Readonly<Record<string, unknown>>;

/** Fields that JSON Schema and Gemini's Schema share (v1beta discovery document, Schema). */
const shared: ReadonlySet<string> = new Set([
  ...['title', 'description', 'format', 'pattern', 'default', 'example', 'nullable', 'propertyOrdering', 'required'],
  ...['minimum', 'maximum', 'minItems', 'maxItems', 'minLength', 'maxLength', 'minProperties', 'maxProperties'],
]);
/** Fields that only say how the schema is written, or that Gemini follows anyway. */
const droppable: ReadonlySet<string> = new Set([
  ...['$schema', '$id', '$comment', '$defs', 'definitions', 'additionalProperties', 'strict', 'examples'],
]);
const deepest = 32;

/**
 * A JSON schema as Gemini's `responseSchema` (an OpenAPI subset), or undefined where it says something that form cannot:
 * recursion, `allOf`, `not`, patterns of properties, enums of numbers.
 */
export function toGeminiSchema(schema: unknown): Json | undefined {
  return isRecord(schema) ? convert(schema, schema, 0) : undefined;
}

function convert(schema: Json, root: Json, depth: number): Json | undefined {
  if (depth > deepest) return undefined;
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(schema)) {
    if (shared.has(name)) result[name] = value;
    else if (!droppable.has(name) && !takeField(name, value, result, root, depth)) return undefined;
  }
  return result;
}

/** False for a field that cannot be expressed. */
function takeField(name: string, value: unknown, result: Record<string, unknown>, root: Json, depth: number): boolean {
  const below = (part: unknown): Json | undefined => (isRecord(part) ? convert(part, root, depth + 1) : undefined);
  switch (name) {
    case '$ref': {
      const target = below(resolve(value, root));
      if (target !== undefined) Object.assign(result, { ...target, ...result });
      return target !== undefined;
    }
    case 'type':
      return takeType(value, result);
    case 'const':
    case 'enum': {
      const values: readonly unknown[] = Array.isArray(value) ? value : [value];
      const texts = values.filter((entry) => typeof entry === 'string');
      if (values.includes(null)) result['nullable'] = true;
      Object.assign(result, { type: 'STRING', enum: texts });
      return texts.length + (values.includes(null) ? 1 : 0) === values.length && texts.length > 0;
    }
    case 'items':
      return (result['items'] = below(value)) !== undefined;
    case 'properties': {
      const entries = Object.entries(isRecord(value) ? value : {}).map(([key, part]) => [key, below(part)] as const);
      result['properties'] = Object.fromEntries(entries);
      return entries.every(([, part]) => part !== undefined);
    }
    case 'anyOf':
    case 'oneOf':
      return Array.isArray(value) && takeChoice(value, result, below);
    default:
      return false;
  }
}

function takeType(value: unknown, result: Record<string, unknown>): boolean {
  const types = (Array.isArray(value) ? (value as readonly unknown[]) : [value]).filter(
    (type) => type !== 'null' && type !== 'NULL',
  );
  if (Array.isArray(value) && types.length < value.length) result['nullable'] = true;
  const [type] = types;
  if (types.length !== 1 || typeof type !== 'string') return false;
  result['type'] = type.toUpperCase();
  return true;
}

/** `anyOf` with null is a value that may be null; one that is left is the schema itself. */
function takeChoice(
  choices: readonly unknown[],
  result: Record<string, unknown>,
  below: (part: unknown) => Json | undefined,
): boolean {
  const isNull = (choice: unknown): boolean => isRecord(choice) && choice['type'] === 'null';
  const kept = choices.filter((choice) => !isNull(choice)).map(below);
  if (kept.length < choices.length) result['nullable'] = true;
  const [only] = kept;
  if (only === undefined || kept.includes(undefined)) return false;
  if (kept.length === 1) Object.assign(result, { ...only, ...result });
  else result['anyOf'] = kept;
  return true;
}

/** `#/$defs/Name` and the like. */
function resolve(ref: unknown, root: Json): unknown {
  if (typeof ref !== 'string' || !ref.startsWith('#/')) return undefined;
  const path = ref.slice(2).split('/');
  return path.reduce<unknown>((value, name) => (isRecord(value) ? value[name.replaceAll('~1', '/')] : undefined), root);
}
