import { OptionsError } from '../core/errors.js';
import type { WireJobOptions, WireResumeOptions, WireRunOptions } from '../http/wire.js';

const runNames: Readonly<Record<keyof WireRunOptions, true>> = {
  concurrency: true,
  maxAttempts: true,
  attemptTimeoutMs: true,
  stragglerFactor: true,
  backoffBaseMs: true,
  backoffMaxMs: true,
  requestsPerMinute: true,
  tokensPerMinute: true,
  maxFailures: true,
  maxFailureRate: true,
  keepRaw: true,
  nativeMinItems: true,
};

const mapNames: Readonly<Record<keyof WireJobOptions, true>> = {
  ...runNames,
  mode: true,
  model: true,
  params: true,
  tags: true,
  metadata: true,
};

const resumeNames: Readonly<Record<keyof WireResumeOptions, true>> = { ...runNames, partial: true, mode: true };

/** The part of `map()`'s options that goes to the server, which checks their values. Throws where one cannot. */
export function mapOptionsToSend(options: object): WireJobOptions {
  const { jobId, items } = options as { readonly jobId?: unknown; readonly items?: unknown };
  if (jobId !== undefined && (typeof jobId !== 'string' || jobId === ''))
    throw new OptionsError('map(): expected "jobId" to be a string that is not empty');
  if (typeof items !== 'object' || items === null)
    throw new OptionsError(
      'map(): expected "items" to be an array, an iterable, an async iterable, a stream or an Observable of items such as { itemId: "a", input: { prompt: "..." } }',
    );
  return pick(mapNames, options, 'map()', ['jobId', 'items']);
}

export function resumeOptionsToSend(options: object): WireResumeOptions {
  return pick(resumeNames, options, 'resume()', []);
}

function pick(names: object, options: object, call: string, others: readonly string[]): Record<string, unknown> {
  const sent: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || others.includes(name)) continue;
    // `asyncSubmit: true` is what a remote job is.
    if (name === 'asyncSubmit' && value === true) continue;
    if (!Object.hasOwn(names, name)) throw new OptionsError(`${call}: ${whyNot(name, names)}`);
    sent[name] = value;
  }
  return sent;
}

function whyNot(name: string, names: object): string {
  if (name === 'asyncSubmit')
    return '"asyncSubmit: false" is of local jobs; a remote one runs as soon as the server has it, whoever watches';
  if (/^(on[A-Z]|callback)/.test(name))
    return `"${name}" cannot be called from afar; subscribe to the job instead, for example with ofType('item')`;
  return `"${name}" is no option of a remote job; there are ${Object.keys(names).join(', ')}`;
}
