import { tidyMessage } from '../../failure.js';
import { isRecord } from '../../is-record.js';
import type { BatchFault } from '../../native.js';
import { rpcStatus } from './rpc-status.js';

const lineNumber = /\bline (\d+)\b/i;
const namedKey = /\bkey:? ['"`]([^'"`]+)['"`]/i;

/**
 * Why a batch failed as a whole: the operation's `error {code, message}`, which the SDKs drop (python-genai#1323). Where its
 * sentences name lines or keys, those are at fault and nothing else.
 */
export function readFaults(error: unknown): readonly BatchFault[] {
  if (!isRecord(error)) return [];
  const { name, http } = rpcStatus(error['code']);
  const message = typeof error['message'] === 'string' && error['message'] !== '' ? error['message'] : name;
  const whole = { code: name, message: tidyMessage(message) };
  if (http === 429) return [{ kind: 'quota', ...whole }];
  const lines = message.split('\n').flatMap((text): BatchFault[] => {
    const line = lineNumber.exec(text)?.[1];
    const key = namedKey.exec(text)?.[1];
    if (line === undefined && key === undefined) return [];
    const place = { ...(line === undefined ? {} : { line: Number(line) }), ...(key === undefined ? {} : { key }) };
    return [{ kind: 'line', code: name, message: tidyMessage(text), ...place }];
  });
  return lines.length > 0 ? lines : [{ kind: 'batch', ...whole }];
}
