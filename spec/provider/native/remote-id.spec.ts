import { remoteId } from '../../../lib/provider/native/remote-id.js';
import { readBatch } from '../../../lib/provider/openai/native/read-batch.js';
import { readOpenAILine } from '../../../lib/provider/openai/native/read-line.js';
import { classifyOpenAI } from '../../../lib/provider/openai/classify.js';
import { retryAfterMs } from '../../../lib/provider/headers.js';

describe('an id of a batch or file', () => {
  it.each(['file-1', 'batches/abc', 'files/a.b..c', 'batch_é', 'x'.repeat(1_000)])('may be %.20s', (id) => {
    expect(remoteId(id)).toBe(id);
  });

  it.each(['', null, 7, '\ud800', 'a\u0000b', 'a\nb', '..', 'files/../keys', './x', 'x'.repeat(1_001)])(
    'that no one can ask for is none: %j',
    (id) => expect(remoteId(id)).toBeUndefined(),
  );

  it('that is none leaves a batch without that output, instead of asking for it without end', () => {
    const batch = { id: 'b', status: 'completed', output_file_id: '\ud800', error_file_id: 'file-2' };
    expect(readBatch(batch).outputs).toEqual(['file-2']);
  });
});

it('a line whose error is nested without end fails by itself', () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  for (const response of [`{"status_code":400,"body":${deep}}`, `{"status_code":${deep},"body":{}}`]) {
    const line = readOpenAILine(`{"custom_id":"i1","response":${response}}`, '/v1/chat/completions', classifyOpenAI);
    expect(line).toMatchObject({ key: 'i1', kind: 'error' });
  }
  const error = readOpenAILine(`{"custom_id":"i1","error":{"code":${deep}}}`, '/v1/chat/completions', classifyOpenAI);
  expect(error).toMatchObject({ key: 'i1', kind: 'error' });
});

it.each(['1e400', '99999999999', '99999999h', 'Fri, 31 Dec 9999 23:59:59 GMT'])('a wait of %s is no wait', (text) =>
  expect(retryAfterMs({ 'retry-after': text })).toBeUndefined(),
);
