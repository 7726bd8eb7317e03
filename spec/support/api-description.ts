import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import addFormats from 'ajv-formats';
import { Ajv2020 } from 'ajv/dist/2020.js';

/** Says what is wrong with a value, or nothing: an empty list is a valid value. */
export type Check = (value: unknown) => string[];

const folder = join(__dirname, '..', 'fixtures', 'specs');

/** Formats of the descriptions that say no more than the type does. */
const looseFormats = ['unixtime', 'int32', 'int64', 'float', 'double', 'byte', 'google-datetime', 'google-duration'];

function createAjv(): Ajv2020 {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats(ajv);
  for (const format of looseFormats) ajv.addFormat(format, true);
  return ajv;
}

function read(file: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(folder, file), 'utf8')) as Record<string, unknown>;
}

function checker(ajv: Ajv2020, schema: object): Check {
  const validate = ajv.compile(schema);
  return (value) => {
    if (validate(value)) return [];
    return (validate.errors ?? []).map(
      (e) => `${e.instancePath || '/'} ${e.message ?? ''} ${JSON.stringify(e.params)}`,
    );
  };
}

/** Checks against schemas of OpenAI's description; unknown top-level fields are refused too. */
export function openaiSchemas(): (name: string) => Check {
  const ajv = createAjv();
  ajv.addSchema(nullsForAbsent(read('openai.openapi.json')), 'openai');
  return (name) => checker(ajv, { $ref: `openai#/components/schemas/${name}`, unevaluatedProperties: false });
}

/** Checks against schemas of Gemini's discovery document; unknown fields are refused at every level. */
export function geminiSchemas(): (name: string) => Check {
  const ajv = createAjv();
  const { schemas } = read('gemini.discovery.json');
  ajv.addSchema({ $id: 'gemini', $defs: fromDiscovery(schemas) as object });
  return (name) => checker(ajv, { $ref: `gemini#/$defs/${name}` });
}

/** The real API writes null where its description leaves an optional field of a batch out. */
function nullsForAbsent(description: Record<string, unknown>): Record<string, unknown> {
  const { schemas } = description['components'] as { schemas: Record<string, Schema> };
  const batch = schemas['Batch']!;
  const properties = Object.entries(batch.properties).map(([name, schema]) =>
    batch.required.includes(name) ? [name, schema] : [name, { anyOf: [schema, { type: 'null' }] }],
  );
  schemas['Batch'] = { ...batch, properties: Object.fromEntries(properties) };
  return description;
}

interface Schema {
  readonly properties: Record<string, object>;
  readonly required: readonly string[];
}

/** Discovery documents are nearly JSON Schema: bare names as references, and a type `any`. */
function fromDiscovery(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(fromDiscovery);
  if (typeof node !== 'object' || node === null) return node;
  const schema = Object.fromEntries(Object.entries(node).map(([name, value]) => [name, fromDiscovery(value)]));
  if (typeof schema['$ref'] === 'string') return { $ref: `#/$defs/${schema['$ref']}` };
  if (schema['type'] === 'any') delete schema['type'];
  const closed = schema['type'] === 'object' && 'properties' in schema && !('additionalProperties' in schema);
  if (closed) schema['additionalProperties'] = false;
  if (typeof schema['id'] === 'string') delete schema['id'];
  return schema;
}
