import { resultLine } from '../../lib/jsonl/result-line.js';

describe('resultLine', () => {
  it('writes an answer', () =>
    expect(
      resultLine({
        attempts: 1,
        raw: { id: 'r' },
        usage: { inputTokens: 3, outputTokens: 1 },
        output: 'OK',
        ok: true,
        itemId: 'a',
      }),
    ).toBe(
      '{"itemId":"a","ok":true,"output":"OK","usage":{"inputTokens":3,"outputTokens":1},"attempts":1,"raw":{"id":"r"}}',
    ));

  it('writes a failure', () =>
    expect(
      resultLine({
        itemId: 'a',
        ok: false,
        error: { code: 'server_error', message: 'no', status: 500, retryable: true },
        attempts: 5,
        metadata: { row: 7 },
      }),
    ).toBe(
      '{"itemId":"a","ok":false,"error":{"code":"server_error","message":"no","status":500,"retryable":true},"attempts":5,"metadata":{"row":7}}',
    ));

  it('stays one line whatever the text', () => {
    const line = resultLine({ itemId: 'a\nb', ok: true, output: 'x\r\n\u2028y', attempts: 1 });
    expect(line).not.toMatch(/[\r\n]/);
    expect(JSON.parse(line).itemId).toBe('a\nb');
  });
});
