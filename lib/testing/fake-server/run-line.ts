import type { BatchFailure } from './batch-options.js';
import type { Call } from './call.js';
import type { LineFault } from './fault.js';
import { bodyKey } from './hashing.js';
import type { LedgerBatch } from './ledger-entry.js';
import type { LinePlace } from './line-runner.js';
import type { Reply } from './reply.js';
import type { ServerParts } from './server-parts.js';

/** A line of a batch, read. */
export interface LineRequest {
  readonly itemId: string;
  readonly body: unknown;
  readonly text: string;
  readonly path: string;
  readonly place: Pick<LinePlace, 'number'>;
}

export interface LineOutcome {
  readonly reply: Reply | undefined;
  readonly line: LineFault | undefined;
}

/** Runs one line: chooses its fault, does the work, and writes the ledger. */
export function runLine(request: LineRequest, batch: LedgerBatch, parts: ServerParts, work: () => Reply): LineOutcome {
  const { ledger, chooser, clock } = parts;
  const { itemId, body, text, path, place } = request;
  const key = ledger.needsKeys || chooser.active ? bodyKey(body) : '';
  const attempt = chooser.attempt('batch.line', key);
  const call: Call = {
    operation: 'batch.line',
    method: 'POST',
    path,
    key,
    n: place.number,
    attempt,
    body,
    text,
    itemId,
  };
  const fault = chooser.choose(call);
  const entry = ledger.begin({
    ...{ at: clock.now(), operation: call.operation, method: 'POST', path, key },
    itemId,
    batchId: batch.id,
    body: '',
  });
  const good = !fault || fault.performs ? work() : undefined;
  if (good?.billed === true) {
    ledger.bill(entry, good.tokens ?? 0);
    batch.billed++;
  }
  if (fault) entry.fault = fault.name;
  const reply = fault?.reply?.({ call, good, now: clock.now() }) ?? good;
  ledger.answer(entry, reply?.status ?? 0);
  entry.delivered = fault?.line !== 'missing';
  return { reply, line: fault?.line ?? (reply ? undefined : 'no-answer') };
}

/** Why a line is no request: for the checks at a batch's start. */
export function lineFailure(
  code: string,
  message: string,
  line: number | null,
  param: string | null = null,
): BatchFailure {
  return { code, message, param, line };
}
