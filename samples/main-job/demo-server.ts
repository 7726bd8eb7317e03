import { openaiFaults, startFakeOpenAI, type FakeServer, type Ledger } from 'openapi-batch/testing';
import { judge, refusedReviews } from './demo-items.js';

const about = (...numbers: readonly number[]): RegExp => new RegExp(`Review (${numbers.join('|')}):`);
const [tooLarge, ...malformed] = refusedReviews;

/** OpenAI's API on a local port, on a bad day: limits on requests and tokens, slow answers, 500s, two spells of rate limiting, three hopeless requests. */
export function startDemoServer(): Promise<FakeServer> {
  return startFakeOpenAI({
    latencyMs: (n) => 120 + ((n * 37) % 160),
    requestsPerMinute: 3_000,
    tokensPerMinute: 90_000,
    answer: ({ text }) => judge(text),
    faults: [
      { fault: openaiFaults.tooLarge(), match: about(tooLarge) },
      { fault: openaiFaults.badRequest('This review is not valid UTF-8.'), match: about(...malformed) },
      // Everybody waits until the time the server names; no attempt is used up.
      { fault: openaiFaults.rateLimit({ hint: 'retry-after-ms', waitMs: 1_200 }), requests: (n) => n > 60 && n <= 64 },
      { fault: openaiFaults.rateLimit({ hint: 'retry-after', waitMs: 1_000 }), requests: (n) => n > 150 && n <= 153 },
      // One review in ten fails the first time, and passes the second.
      { fault: openaiFaults.serverError(), match: /Review \d*3:/, firstAttempts: 1 },
    ],
  });
}

/** `226 requests seen, 197 billed, none of them twice; refused: 2 with 400, 8 with 429, 19 with 500`. */
export function describeLedger(ledger: Ledger): string {
  const twice = [...ledger.billedPerKey().values()].filter((times) => times > 1).length;
  const statuses = [...ledger.statuses()]
    .filter(([status]) => status >= 400)
    .sort(([a], [b]) => a - b)
    .map(([status, times]) => `${String(times)} with ${String(status)}`);
  const billed = `${String(ledger.billedCount)} billed, ${twice === 0 ? 'none' : String(twice)} of them twice`;
  return `${String(ledger.requests)} requests seen, ${billed}; refused: ${statuses.join(', ')}`;
}
