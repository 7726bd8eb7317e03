import { readFailure } from '../../failure.js';
import { isRecord } from '../../is-record.js';
import type { NativeVerdict } from '../../native.js';
import type { NativeCall } from '../../native/native-verdict.js';
import { nativeVerdict } from '../../native/native-verdict.js';
import { classifyOpenAI } from '../classify.js';

const noSuchFile = /no such file|file\b.*\b(not found|expired|deleted|does(n't| not) exist)|filenotfound/i;
const tooMuch = /enqueued token limit|too many batches|batch (creation|quota|limit)/i;

/** What an error of a native call to OpenAI means. `secrets` never reach a message. */
export function classifyOpenAINative(error: unknown, call: NativeCall, secrets: readonly string[]): NativeVerdict {
  const verdict = nativeVerdict(error, call, {
    classify: (cause) => classifyOpenAI(cause, secrets),
    isGone: (cause, where) => {
      const { status, message } = readFailure(cause);
      if (where === 'poll' || where === 'results' || where === 'cancel') return status === 404 && isOwnWord(cause);
      // Of a create: its input file has expired, or was deleted.
      return where === 'submit' && (status === 400 || status === 404) && noSuchFile.test(message);
    },
  });
  // Azure says it with a 400.
  const refused = verdict.kind === 'fail' && call === 'submit' && tooMuch.test(verdict.error.message);
  return refused ? { kind: 'quota', message: verdict.error.message } : verdict;
}

/** A page of a proxy says nothing of the batch: the API's errors are JSON, which the SDK keeps in `error`. */
function isOwnWord(cause: unknown): boolean {
  return isRecord(cause) && isRecord(cause['error']);
}
