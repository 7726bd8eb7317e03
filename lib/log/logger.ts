import { disown } from '../core/disown.js';
import { messageOf } from '../core/errors.js';
import { redactSecrets } from '../core/redact.js';
import type { BatchEvent, ItemEvent } from '../core/events.js';
import type { PacedLimit, Progress } from '../core/progress.js';

export type Log = (line: string) => void;

/**
 * Where light log lines go: `OPENAPI_BATCH_LOG=1` or `log: true` for stderr, a function, or nowhere. Never throws: a job
 * does not suffer for its log.
 */
export function logger(option: boolean | Log | undefined, env: NodeJS.ProcessEnv = process.env): Log | undefined {
  const write =
    typeof option === 'function' ? option : (option ?? isOn(env['OPENAPI_BATCH_LOG'])) ? toStderr : undefined;
  if (write === undefined) return undefined;
  return unfailing((line) => write(redactSecrets(`[openapi-batch] ${line}`)));
}

/** What the function throws, or its Promise rejects with, is a warning of the process, once. */
function unfailing(write: (line: string) => unknown): Log {
  let warned = false;
  const failed = (error: unknown): void => {
    if (warned) return;
    warned = true;
    process.emitWarning(`The log failed: ${redactSecrets(messageOf(error))}`, {
      code: 'OPENAPI_BATCH_LOG',
      detail: 'Further failures of this log are not told.',
    });
  };
  return (line) => {
    try {
      disown(write(line), failed);
    } catch (error) {
      failed(error);
    }
  };
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && !['', '0', 'false', 'no'].includes(value.trim().toLowerCase());
}

function toStderr(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** The line of an event; items are not told one by one. */
export function logLine(event: Exclude<BatchEvent, ItemEvent>): string {
  const { progress } = event;
  const end = event.type === 'complete' ? ` ${event.status}` : '';
  return `job ${event.jobId}${end}: ${counts(progress)}${held(progress)}`;
}

function counts({ done, total, totalKnown, ok, failed, inFlight, rate, pacing, status }: Progress): string {
  const of = totalKnown ? String(total) : `${String(total)}+`;
  const running = status === 'running';
  const window = running && pacing.window !== null ? `/${String(pacing.window)}` : '';
  const rates = running
    ? against(rate.requestsPerMinute, pacing.requests, 'req') + against(rate.tokensPerMinute, pacing.tokens, 'tok')
    : '';
  return `${String(done)}/${of} done, ${String(ok)} ok, ${String(failed)} failed, ${String(inFlight)}${window} in flight, ${String(rate.itemsPerMinute)}/min${rates}`;
}

/** A rate against its limit, where that is known. */
function against(perMinute: number, limit: PacedLimit | null, unit: string): string {
  return limit === null ? '' : `, ${String(perMinute)}/${String(Math.round(limit.perMinute))} ${unit}/min`;
}

function held({ pacing, reason }: Progress): string {
  if (reason !== null) return ` (${reason.code}: ${reason.message})`;
  if (pacing.state !== 'held') return '';
  if (pacing.until === null) return pacing.outage ? ', nothing is answered' : '';
  const until = new Date(pacing.until).toISOString();
  return pacing.outage ? `, nothing is answered, next try at ${until}` : `, held until ${until}`;
}
