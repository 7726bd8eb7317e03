import { isRecord } from '../fake-server/is-record.js';

/** What a request says, as far as the fake model cares. */
export interface RequestText {
  /** All of its text; what input tokens are counted from. */
  readonly all: string;
  /** The last user message, or the whole input where there are no roles. */
  readonly last: string;
}

/** Text of a chat completion's `messages`, of a response's `input`, or of an embedding's `input`. */
export function requestText(body: Readonly<Record<string, unknown>>): RequestText {
  const { messages, input, instructions } = body;
  const turns = messages ?? input;
  const before = typeof instructions === 'string' ? instructions : '';
  if (!Array.isArray(turns)) return { all: before + contentText(turns), last: contentText(turns) };
  const user = turns.findLast((turn) => isRecord(turn) && turn['role'] === 'user') as unknown;
  return {
    all: before + turns.map(turnText).join(''),
    last: user === undefined ? turns.map(turnText).join('') : turnText(user),
  };
}

/** The most output tokens the request allows; 0 where it does not say. */
export function maxOutputTokens(body: Readonly<Record<string, unknown>>): number {
  const limits = [body['max_completion_tokens'], body['max_tokens'], body['max_output_tokens']];
  return limits.find((limit) => typeof limit === 'number') ?? 0;
}

/** The JSON Schema asked for, `{}` for any JSON, or undefined where text is wanted. */
export function wantedSchema(body: Readonly<Record<string, unknown>>): unknown {
  const { response_format: chat, text } = body;
  const format = isRecord(chat) ? chat : isRecord(text) && isRecord(text['format']) ? text['format'] : undefined;
  if (format?.['type'] === 'json_object') return { properties: { answer: { type: 'string' } } };
  if (format?.['type'] !== 'json_schema') return undefined;
  // Chat completions nest the schema once more than responses do.
  return isRecord(format['json_schema']) ? format['json_schema']['schema'] : format['schema'];
}

function turnText(turn: unknown): string {
  return isRecord(turn) ? contentText(turn['content']) : contentText(turn);
}

function contentText(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return content === undefined || content === null ? '' : JSON.stringify(content);
  return content
    .map((part: unknown) => (isRecord(part) && typeof part['text'] === 'string' ? part['text'] : ''))
    .join('');
}
