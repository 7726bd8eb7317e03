import { redactSecrets } from '../../lib/core/redact.js';

describe('redactSecrets', () => {
  it.each([
    ['Incorrect API key provided: sk-proj-abcdef123456.', 'Incorrect API key provided: sk-[redacted]'],
    ['AIzaSyA1234567890 is wrong', 'AIza[redacted] is wrong'],
    ['Authorization: Bearer abc.def-123', 'Authorization: [redacted]'],
    ['{"x-goog-api-key":"secret1"}', '{"x-goog-api-key":"[redacted]"}'],
    ['GET https://host/v1?key=abc123&alt=sse', 'GET https://host/v1?key=[redacted]&alt=sse'],
    ['https://user:password@host/v1', 'https://[redacted]@host/v1'],
    ['https://host/v1?access_token=t0ken', 'https://host/v1?access_token=[redacted]'],
  ])('%p becomes %p', (text, clean) => {
    expect(redactSecrets(text)).toBe(clean);
  });

  it('hides literal secrets, encoded ones too, and leaves words of three letters', () => {
    expect(redactSecrets('my/key and my%2Fkey and the', ['my/key', 'the'])).toBe('[redacted] and [redacted] and the');
  });

  it('leaves ordinary text alone', () => {
    const text = 'The model gpt-4o-mini refused item "task-17": bearer of bad news, key figures, https://host/path?x=1';
    expect(redactSecrets(text)).toBe(text);
  });
});
