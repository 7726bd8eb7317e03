import { isRecord } from '../fake-server/is-record.js';

export interface RequestText {
  /** All of its text; what input tokens are counted from. */
  readonly all: string;
  /** The last user turn, or the content to embed. */
  readonly last: string;
}

/** Text of a GenerateContentRequest, an EmbedContentRequest or a BatchEmbedContentsRequest. */
export function requestText(body: Readonly<Record<string, unknown>>): RequestText {
  const { contents, content, requests, systemInstruction } = body;
  if (Array.isArray(requests)) {
    const texts = requests.map((each) => (isRecord(each) ? contentText(each['content']) : ''));
    return { all: texts.join(''), last: texts.at(-1) ?? '' };
  }
  if (!Array.isArray(contents)) return { all: contentText(content), last: contentText(content) };
  // A turn without a role is the user's.
  const user: unknown = contents.findLast((turn) => isRecord(turn) && turn['role'] !== 'model');
  return { all: contentText(systemInstruction) + contents.map(contentText).join(''), last: contentText(user) };
}

/** The schema asked for, in either form, or undefined where text is wanted. */
export function wantedSchema(body: Readonly<Record<string, unknown>>): unknown {
  const config = body['generationConfig'];
  if (!isRecord(config)) return undefined;
  const schema = config['responseJsonSchema'] ?? config['responseSchema'];
  const anyJson =
    config['responseMimeType'] === 'application/json' ? { properties: { answer: { type: 'string' } } } : undefined;
  return schema ?? anyJson;
}

export function contentText(content: unknown): string {
  if (!isRecord(content) || !Array.isArray(content['parts'])) return '';
  return content['parts']
    .map((part: unknown) => (isRecord(part) && typeof part['text'] === 'string' ? part['text'] : ''))
    .join('');
}
