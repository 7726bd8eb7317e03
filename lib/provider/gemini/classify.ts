import { classifyConnection, classifyStatus, ownVerdict } from '../default-classify.js';
import type { Failure } from '../failure.js';
import { readFailure, tidyMessage } from '../failure.js';
import { refusalWaitMs, retryAfterMs } from '../headers.js';
import { believedWait, longestWaitMs } from '../longest-wait.js';
import type { Verdict } from '../provider.js';
import type { FailureDetails } from '../provider-error.js';
import { dailyQuota, failureVerdict, finalFailure } from '../provider-error.js';
import { tidyVerdict } from '../tidy-verdict.js';
import type { GeminiErrorDetails } from './error-details.js';
import { readGeminiError } from './error-details.js';
import { untilMidnightPacific } from './quota-day.js';
import { isPerDay, violatedLimits } from './quota-violations.js';

interface GeminiFailure extends Failure, Pick<GeminiErrorDetails, 'violations' | 'reasons'> {
  readonly rpc: string | undefined;
  readonly text: string;
  readonly details: FailureDetails;
}

interface Rule {
  readonly name: string;
  readonly applies: (failure: GeminiFailure) => boolean;
  /** `now` is epoch milliseconds. */
  readonly verdict: (failure: GeminiFailure, now: number) => Verdict;
}

/** HTTP statuses of the names that google.rpc gives them, for answers that have lost their own. */
const statuses: ReadonlyMap<string, number> = new Map(
  Object.entries({
    ...{ INVALID_ARGUMENT: 400, FAILED_PRECONDITION: 400, UNAUTHENTICATED: 401, PERMISSION_DENIED: 403 },
    ...{ NOT_FOUND: 404, RESOURCE_EXHAUSTED: 429, CANCELLED: 499, INTERNAL: 500, UNAVAILABLE: 503 },
    ...{ DEADLINE_EXCEEDED: 504 },
  }),
);
const unpaid = /monthly spend|spending cap|credits? (are|is|have been|has been) depleted|prepay/i;
const notAllowed =
  /location is not supported|not available in your country|enable billing|api key (not valid|expired)/i;
const tooLong = /token count|exceeds the maximum number of tokens|payload size exceeds|too (large|long)/i;

/** In order: the first rule that applies decides. Sources: Gemini troubleshooting and rate-limits pages. */
const rules: readonly Rule[] = [
  {
    // A bad key is a 400 here.
    name: 'key or account refused',
    applies: ({ status, reasons, text }) =>
      status === 401 ||
      status === 403 ||
      reasons.some((reason) => reason.startsWith('API_KEY')) ||
      (status === 400 && notAllowed.test(text)),
    verdict: ({ text, details }) => failureVerdict('auth', text, details),
  },
  {
    name: 'nothing left to pay with, or a model without a quota on this tier',
    applies: ({ status, violations, text }) =>
      status === 402 ||
      (status === 429 &&
        (unpaid.test(text) || /\blimit: 0\b/.test(text) || violations.some(({ quotaValue }) => quotaValue === 0))),
    verdict: ({ text, details }) => failureVerdict('quota_exhausted', text, details),
  },
  {
    // Its RetryInfo is that of a minute as a rule, so the longer of both counts, unless it is nonsense.
    name: 'quota of the day',
    applies: ({ status, violations }) => status === 429 && violations.some(isPerDay),
    verdict: ({ text, details: { status = 429, waitMs = 0 } }, now) =>
      dailyQuota(text, { status, waitMs: Math.max(waitMs < longestWaitMs ? waitMs : 0, untilMidnightPacific(now)) }),
  },
  {
    name: 'quota of the minute',
    applies: ({ status }) => status === 429,
    verdict: ({ text, details, violations }) => {
      const limits = violatedLimits(violations);
      return failureVerdict('rate_limited', text, { ...details, ...(limits === undefined ? {} : { limits }) });
    },
  },
  {
    name: 'request too long',
    applies: ({ status, text }) => status === 413 || (status === 400 && tooLong.test(text)),
    verdict: ({ text, details }) => finalFailure('too_large', text, details),
  },
  {
    name: 'cancelled at the server',
    applies: ({ status }) => status === 499,
    verdict: ({ text, details }) => failureVerdict('server_error', text, details),
  },
];

/**
 * What an error of a request to Gemini means. The SDK's `ApiError` has a status and the JSON body as its message; a network
 * failure is fetch's TypeError, and an abort is a DOMException whoever asked for it: the engine knows when it was itself.
 * `secrets` never reach a message.
 */
export function classifyGemini(error: unknown, secrets: readonly string[] = [], now = Date.now()): Verdict {
  const known = ownVerdict(error);
  if (known !== undefined) return tidyVerdict(known, secrets);
  const failure = readGeminiFailure(error, secrets);
  const rule = rules.find(({ applies }) => applies(failure));
  if (rule !== undefined) return rule.verdict(failure, now);
  return failure.status === undefined
    ? classifyConnection(failure, secrets)
    : withWait(classifyStatus({ ...failure, code: failure.rpc ?? failure.code, message: failure.text }), failure);
}

function readGeminiFailure(error: unknown, secrets: readonly string[]): GeminiFailure {
  const failure = readFailure(error);
  const { code, status: rpc, message, retryMs, violations, reasons } = readGeminiError(error);
  const status = failure.status ?? code ?? statuses.get(rpc ?? '');
  const header = (status === 429 ? refusalWaitMs : retryAfterMs)(failure.headers);
  const waits = [believedWait(status === 429 ? 'rate_limited' : 'retry', retryMs), header].filter(
    (wait) => wait !== undefined,
  );
  const waitMs = waits.length === 0 ? undefined : Math.max(...waits);
  return {
    ...failure,
    ...{ status, rpc, violations, reasons },
    text: tidyMessage(message, secrets),
    details: { ...(status === undefined ? {} : { status }), ...(waitMs === undefined ? {} : { waitMs }) },
  };
}

/** RetryInfo comes with 503 too, and is in the body, where the general rules do not look. */
function withWait(verdict: Verdict, { details: { waitMs } }: GeminiFailure): Verdict {
  return verdict.kind === 'retry' && waitMs !== undefined ? { ...verdict, waitMs } : verdict;
}
