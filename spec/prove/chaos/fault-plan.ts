import {
  afterwards,
  geminiFaults,
  openaiFaults,
  type Fault,
  type FaultPlan,
  type FaultRule,
} from '../../../lib/testing/index.js';
import type { FakeName } from './chaos-task.js';
import { after, errorInside, wrongBatch, wrongShapes } from './lies.js';

const { reset, cut, hang, stall, slow, truncatedJson, emptyBody, plainText, html } = openaiFaults;

/** A quarter of all calls of every kind goes wrong, in every way the fakes know, and an item in a hundred always. */
export function faultPlan(provider: FakeName): FaultPlan {
  const faults = provider === 'openai' ? openaiFaults : geminiFaults;
  const poison: FaultRule = { match: /poison/, on: ['request', 'batch.line'], fault: faults.badRequest() };
  return [poison, ...requests(provider), ...calls(faults), ...creations(faults), ...lines(provider)];
}

/** Resets, silence, slowness, breaks, lies, refusals. */
function requests(provider: FakeName): FaultPlan {
  const faults = provider === 'openai' ? openaiFaults : geminiFaults;
  const hint = provider === 'openai' ? 'retry-after-ms' : 'RetryInfo';
  return [
    ...rules('request', 0.015, [reset(), reset({ billed: true }), cut(), cut({ bytes: 0 }), truncatedJson()]),
    ...rules('request', 0.015, [emptyBody(), plainText(), html(), html({ status: 200 }), errorInside]),
    ...rules(
      'request',
      0.015,
      [503, 500, 504].map((status) => faults.serverError({ status })),
    ),
    ...rules('request', 0.01, [faults.overloaded(), faults.requestTimeout(), faults.conflict()]),
    ...rules('request', 0.004, wrongShapes),
    ...rules('request', 0.004, [hang(), hang({ billed: true }), stall()]),
    ...rules('request', 0.02, [slow({ overMs: 60 })]),
    ...rules('request', 0.004, [faults.rateLimit({ hint: hint as never, waitMs: 60 })]),
  ];
}

/** Uploads, polls, lists and downloads: each may be tried again without harm. */
function calls({ serverError, rateLimit }: Pick<typeof openaiFaults, 'serverError' | 'rateLimit'>): FaultPlan {
  const looks = ['batches.get', 'batches.list', 'files.get'] as const;
  const uploads = ['files.create', 'files.upload'] as const;
  return [
    ...rules(looks, 0.025, [reset(), truncatedJson(), emptyBody(), html(), errorInside, serverError()]),
    ...rules(looks, 0.01, [hang(), stall(), rateLimit({ waitMs: 60 }), ...wrongShapes]),
    ...rules(['batches.get', 'batches.create'], 0.03, [wrongBatch]),
    ...rules(uploads, 0.05, [reset(), reset({ billed: true }), serverError(), after(wrongShapes[4]!), cut()]),
    ...rules(['files.content'], 0.08, [reset(), cut(), cut({ bytes: 100 }), serverError(), stall()]),
  ];
}

/** After half of these a batch is there. */
function creations({ serverError }: Pick<typeof openaiFaults, 'serverError'>): FaultPlan {
  const lost = [reset({ billed: true }), hang({ billed: true }), cut(), truncatedJson(), emptyBody()];
  const lies = [after(wrongShapes[4]!), after(wrongShapes[0]!), after(errorInside), afterwards(serverError())];
  return rules(['batches.create'], 0.03, [...lost, ...lies, reset(), serverError(), html()]);
}

function lines(provider: FakeName): FaultPlan {
  const { missingLine, duplicateLine, lineError, statusZeroLine, keylessLine, serverError } = openaiFaults;
  const own = provider === 'openai' ? [statusZeroLine()] : [keylessLine()];
  return rules(['batch.line'], 0.05, [missingLine(), duplicateLine(), lineError(), serverError(), ...own]);
}

function rules(on: FaultRule['on'] & {}, probability: number, faults: readonly Fault[]): FaultPlan {
  return faults.map((fault) => ({ on, probability, fault }));
}
