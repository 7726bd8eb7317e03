import { readOpenAILine } from '../../../lib/provider/openai/native/read-line';
import { classifyOpenAI } from '../../../lib/provider/openai/classify';

const chat = {
  choices: [{ message: { content: 'OK' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 2, completion_tokens: 1 },
};
const judge = (line: unknown): ReturnType<typeof readOpenAILine> =>
  readOpenAILine(typeof line === 'string' ? line : JSON.stringify(line), '/v1/chat/completions', (error) =>
    classifyOpenAI(error, ['s3cret-key']),
  );
const answered = (status: unknown, body: unknown): ReturnType<typeof readOpenAILine> =>
  judge({ id: 'x', custom_id: 'i1', response: { status_code: status, request_id: 'r', body }, error: null });

describe('a line of a result file', () => {
  it('is an answer with its usage and its body', () => {
    expect(answered(200, chat)).toEqual({
      ...{ key: 'i1', kind: 'ok', output: 'OK', raw: chat },
      usage: { inputTokens: 2, outputTokens: 1 },
    });
    // Of older vLLM, without status_code and body.
    expect(judge({ custom_id: 'i1', response: chat })).toMatchObject({ key: 'i1', kind: 'ok', output: 'OK' });
  });

  it.each([
    ['', 'not'],
    ['{"custom_id":"i1","respo', 'cut'],
    ['[1]', 'an array'],
    [{ response: { status_code: 200, body: chat } }, 'without an id'],
    [{ custom_id: 7, response: null }, 'with a number for an id'],
    ['null', 'null'],
  ] as readonly (readonly [unknown, string])[])('that is %j is unreadable (%s)', (line) => {
    expect(judge(line)).toMatchObject({ key: null, kind: 'unreadable' });
  });

  it.each([
    ['batch_expired', 'expired'],
    ['batch_cancelled', 'cancelled'],
    ['batch_canceled', 'cancelled'],
  ])('with %s was not got to', (code, reason) => {
    expect(judge({ custom_id: 'i1', response: null, error: { code, message: 'm' } })).toEqual({
      ...{ key: 'i1', kind: 'unprocessed', code: reason, message: 'm' },
    });
  });

  it.each([
    [400, { error: { message: 'bad', code: 'invalid_value' } }, 'invalid_request', false],
    [
      400,
      { error: { message: 'This model has a maximum context length of 8 tokens', code: 'context_length_exceeded' } },
      'too_large',
      false,
    ],
    [400, { error: { message: 'no', code: 'content_policy_violation' } }, 'content_filtered', false],
    [404, { detail: 'no such model' }, 'invalid_request', false],
    [422, [{ error: { message: 'x' } }], 'invalid_request', false],
    [429, { error: { message: 'slow', code: 'rate_limit_exceeded' } }, 'rate_limited', true],
    [429, { error: { message: 'money', code: 'insufficient_quota' } }, 'quota_exhausted', true],
    [401, { error: { message: 'key s3cret-key' } }, 'auth', true],
    [500, 'oops', 'server_error', true],
    [503, null, 'server_error', true],
    [0, null, 'server_error', true],
    [200, null, 'invalid_response', true],
    [200, 'text', 'invalid_response', true],
    [200, {}, 'invalid_response', true],
    [200, { error: { message: 'inside', code: 429 } }, 'rate_limited', true],
    [200, { choices: [{ message: { refusal: 'I will not' } }] }, 'content_filtered', false],
  ])('with status %s and %j is a failure', (status, body, code, retryable) => {
    const result = answered(status, body);
    expect(result).toMatchObject({ key: 'i1', kind: 'error', error: { code, retryable } });
    expect(JSON.stringify({ ...result, raw: undefined })).not.toContain('s3cret-key');
  });

  it.each([
    [{ code: 'server_error', message: 'm' }, 'server_error', true],
    [{ code: 'invalid_request', message: 'm' }, 'invalid_request', false],
    [{ code: 'rate_limit_exceeded' }, 'rate_limited', true],
    [{ code: 'insufficient_quota' }, 'quota_exhausted', true],
    [{ code: 'model_not_found' }, 'invalid_request', false],
    [{}, 'server_error', true],
  ])('with the error %j is a failure', (error, code, retryable) => {
    expect(judge({ custom_id: 'i1', response: null, error })).toMatchObject({
      kind: 'error',
      error: { code, retryable },
    });
  });

  it('without response and error is a failure', () => {
    expect(judge({ custom_id: 'i1' })).toMatchObject({ kind: 'error', error: { code: 'invalid_response' } });
  });

  it('keeps the body of a failure, and the tokens it cost', () => {
    const body = { ...chat, choices: [{ message: { content: 'x' }, finish_reason: 'content_filter' }] };
    expect(answered(200, body)).toMatchObject({ raw: body, usage: { inputTokens: 2 } });
    expect(answered(400, { error: { message: 'bad' } })).toMatchObject({ raw: { error: { message: 'bad' } } });
  });
});
