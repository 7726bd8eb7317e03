import { isRecord } from './is-record.js';

/** Deep enough for any real schema, and the end of recursive ones. */
const maxDepth = 12;

/** A value that fits a JSON Schema (or Gemini's subset of OpenAPI), the same for the same schema and text. */
export function sampleOf(schema: unknown, text: string): unknown {
  return sample(schema, schema, text, 0);
}

function sample(schema: unknown, root: unknown, text: string, depth: number): unknown {
  if (!isRecord(schema)) return text;
  const { $ref, enum: values, const: constant, anyOf, oneOf } = schema;
  if (typeof $ref === 'string') return sample(depth < maxDepth ? resolveRef($ref, root) : {}, root, text, depth + 1);
  if (constant !== undefined) return constant;
  if (Array.isArray(values)) return values[0] as unknown;
  const choices = anyOf ?? oneOf;
  if (Array.isArray(choices)) {
    // Far down, take the end of a recursion (`null`, usually) rather than its start.
    const choice: unknown =
      depth < 3 ? choices[0] : (choices.find((each) => isRecord(each) && each['type'] === 'null') ?? choices[0]);
    return sample(choice, root, text, depth + 1);
  }
  return sampleOfType(schema, root, text, depth);
}

function sampleOfType(schema: Record<string, unknown>, root: unknown, text: string, depth: number): unknown {
  const { type, properties, items, minimum, minItems } = schema;
  const one: unknown = Array.isArray(type) ? type[0] : type;
  switch (typeof one === 'string' ? one.toLowerCase() : isRecord(properties) ? 'object' : 'string') {
    case 'object':
      return sampleObject(properties, root, text, depth);
    case 'array': {
      const length = typeof minItems === 'number' ? minItems : depth < 3 ? 1 : 0;
      return Array.from({ length }, () => sample(items, root, text, depth + 1));
    }
    case 'number':
    case 'integer':
      return typeof minimum === 'number' ? minimum : text.length;
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return `echo: ${text}`;
  }
}

function sampleObject(properties: unknown, root: unknown, text: string, depth: number): Record<string, unknown> {
  if (!isRecord(properties) || depth >= maxDepth) return {};
  return Object.fromEntries(
    Object.entries(properties).map(([name, each]) => [name, sample(each, root, text, depth + 1)]),
  );
}

/** Local references only: `#`, `#/$defs/Name`. */
function resolveRef(ref: string, root: unknown): unknown {
  let target: unknown = root;
  for (const step of ref.split('/').slice(1)) target = isRecord(target) ? target[step] : undefined;
  return target;
}
