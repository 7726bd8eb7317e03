import { countUsage, estimateTokens } from '../../lib/provider/estimate-tokens';
import { gemini } from '../../lib/provider/gemini/gemini';
import { localEcho } from '../../lib/provider/echo/local-echo';
import { openai } from '../../lib/provider/openai/openai';
import type { Provider } from '../../lib/provider/provider';
import { ask, item } from './support/ask';

const x = (characters: number): string => 'x'.repeat(characters);
const picture = `data:image/png;base64,${'A'.repeat(400_000)}`;
type Row = [name: string, input: unknown, params: Record<string, unknown>, tokens: number];

const estimateOf =
  (provider: Provider) =>
  (_name: string, input: unknown, params: Record<string, unknown>, tokens: number): void => {
    expect(provider.estimateTokens?.(item(input, { params }))).toBe(tokens);
  };

describe('OpenAI charges at admission', () => {
  const messages = [
    { role: 'system', content: x(40) },
    { role: 'user', content: [{ type: 'text', text: x(60) }] },
  ];
  it.each<Row>([
    ['a quarter of the characters', x(401), {}, 101],
    ['of prompt and system', { prompt: x(400), system: x(40) }, {}, 110],
    ['of the contents of messages, not of the JSON around', { messages }, {}, 25],
    ['the output limit if it is larger', { prompt: 'x', max_completion_tokens: 500 }, {}, 500],
    ['not the sum of both', { prompt: x(400), max_tokens: 50 }, {}, 100],
    ['the limit of the parameters over that of the body', { messages, max_tokens: 900 }, { max_tokens: 300 }, 300],
    ['the limit of a response', { input: 'x', max_output_tokens: 300 }, {}, 300],
    ['input and instructions of a response', { input: x(40), instructions: x(40) }, {}, 20],
    [
      'turns of a response',
      {
        input: [
          { role: 'user', content: [{ type: 'input_text', text: x(80) }] },
          { type: 'function_call_output', output: x(40) },
        ],
      },
      {},
      30,
    ],
    ['texts to embed', { input: [x(40), x(40)] }, {}, 20],
    ['tokens to embed', { input: [[1, 2, 3], [4]] }, {}, 4],
    [
      'a picture as such, not its bytes',
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: picture } }] }] },
      {},
      1_000,
    ],
    [
      'less for one in low detail',
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: picture, detail: 'low' } }] }] },
      {},
      85,
    ],
    [
      'sound and files as such',
      {
        input: [
          {
            role: 'user',
            content: [
              { type: 'input_audio', input_audio: { data: x(9_999) } },
              { type: 'input_file', file_data: x(9_999) },
            ],
          },
        ],
      },
      {},
      2_000,
    ],
    ['nothing that is no number', { prompt: x(40), max_tokens: 'many' }, { max_output_tokens: null }, 10],
    ['one at least', {}, {}, 1],
  ])('%s', estimateOf(openai({ apiKey: 'k' })));

  it('and gives nothing back', () => expect(openai({ apiKey: 'k' }).countTokens).toBeUndefined());
});

describe('Gemini charges input tokens', () => {
  it.each<Row>([
    ['a quarter of the characters', x(401), {}, 101],
    ['of prompt and system', { prompt: x(400), system: x(40) }, { maxOutputTokens: 9_999 }, 110],
    [
      'of contents and instruction',
      { contents: [{ role: 'user', parts: [{ text: x(40) }] }], systemInstruction: { parts: [{ text: x(40) }] } },
      {},
      20,
    ],
    ['of an instruction among the parameters', x(40), { systemInstruction: { parts: [{ text: x(40) }] } }, 20],
    ['of the SDK’s short forms', { contents: [x(40), { text: x(40) }], config: { systemInstruction: x(40) } }, {}, 30],
    [
      'of several texts to embed',
      { requests: [{ content: { parts: [{ text: x(40) }] } }, { content: x(40) }] },
      {},
      20,
    ],
    [
      'a picture as such, in either spelling',
      { contents: [{ parts: [{ inlineData: { data: x(99_999) } }, { file_data: { file_uri: x(99) } }] }] },
      {},
      516,
    ],
    ['of a call’s answer its JSON', { contents: [{ parts: [{ functionResponse: { a: x(32) } }] }] }, {}, 10],
    ['one at least', {}, {}, 1],
  ])('%s', estimateOf(gemini({ apiKey: 'k' })));

  it('and counts those in the end', () => {
    expect(gemini({ apiKey: 'k' }).countTokens?.({ inputTokens: 7, outputTokens: 100 })).toBe(7);
  });
});

describe('by default', () => {
  it.each<Row>([
    ['a third of the bytes', x(300), {}, 100],
    ['bytes, not characters', '文'.repeat(100), {}, 100],
    ['prompt and system', { prompt: x(300), system: x(30), temperature: 1 }, {}, 110],
    ['the text of messages', { messages: [{ role: 'user', content: x(300) }] }, {}, 100],
    ['a body of its own kind as a whole', { question: x(300) }, {}, 100],
    ['a picture as such', { messages: [{ role: 'user', content: [{ image_url: { url: picture } }] }] }, {}, 1_000],
    ['and max_tokens', x(300), { max_tokens: 50 }, 150],
    ['and max_completion_tokens of the input', { prompt: x(300), max_completion_tokens: 50 }, {}, 150],
    ['and max_output_tokens', { prompt: x(300), max_output_tokens: 50 }, {}, 150],
    [
      'and maxOutputTokens of a generation config',
      { prompt: x(300), generationConfig: { maxOutputTokens: 50 } },
      {},
      150,
    ],
    ['and that of the parameters', x(300), { generationConfig: { maxOutputTokens: 50 } }, 150],
    ['the parameters over the input', { prompt: x(300), max_tokens: 9 }, { max_tokens: 50 }, 150],
    ['no limit that is none', { prompt: x(300), max_tokens: -1 }, {}, 100],
    ['nothing', undefined, {}, 1],
  ])('%s', (_name, input, params, tokens) => expect(estimateTokens(item(input, { params }))).toBe(tokens));

  it('all tokens count in the end', () => expect(countUsage({ inputTokens: 7, outputTokens: 100 })).toBe(107));
});

it.each([['hello world'], [{ prompt: 'hello world' }]])('the echo of %j takes what it estimates', async (input) => {
  const provider = localEcho();
  const { usage } = await ask(provider, item(input));
  expect(provider.estimateTokens?.(item(input))).toBe(provider.countTokens?.(usage!));
});
