import { readFailure } from '../../failure.js';
import type { NativeVerdict } from '../../native.js';
import type { NativeCall } from '../../native/native-verdict.js';
import { nativeVerdict } from '../../native/native-verdict.js';
import { classifyGemini } from '../classify.js';
import { readGeminiError } from '../error-details.js';

/** Google does not tell a file that is gone from one that is somebody else's, and says it with a 403. */
const noSuchFile = /\bfiles?\b.*(not found|not exist|expired|deleted)/i;
const notReady = /not in an active state/i;

/** What an error of a native call to Gemini means. `secrets` never reach a message. */
export function classifyGeminiNative(error: unknown, call: NativeCall, secrets: readonly string[]): NativeVerdict {
  const verdict = nativeVerdict(error, call, {
    classify: (cause) => classifyGemini(cause, secrets),
    isGone: (cause, where) => {
      const { status, message } = readFailure(cause);
      const missing = (status === 403 || status === 404 || status === 400) && noSuchFile.test(message);
      if (where === 'submit') return missing;
      if (!isOwnWord(cause)) return false;
      if (where === 'results') return missing || status === 404;
      return (where === 'poll' || where === 'cancel') && status === 404;
    },
  });
  const early = verdict.kind === 'fail' && call === 'submit' && notReady.test(verdict.error.message);
  return early ? { kind: 'retry', message: verdict.error.message } : verdict;
}

/** A page of a proxy says nothing of the batch: Google's errors have a name, and the SDK's wrap of a page only a phrase. */
function isOwnWord(cause: unknown): boolean {
  return /^[A-Z_]+$/.test(readGeminiError(cause).status ?? '');
}
