import { sampleOf } from './schema-sample.js';

/** Estimated tokens of a text, as the fakes count them everywhere: a quarter of its characters, rounded up. */
export function tokensOf(text: string): number {
  return Math.ceil(text.length / 4);
}

/** What a fake model says when no `answer` option is set; depends on the request alone. */
export function defaultAnswer(text: string, schema: unknown): string {
  return schema === undefined ? `echo: ${text}` : JSON.stringify(sampleOf(schema, text));
}
