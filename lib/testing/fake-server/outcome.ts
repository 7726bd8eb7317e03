import type { ServerResponse } from 'node:http';
import type { Call } from './call.js';
import type { Fault } from './fault.js';
import type { Delivery, Reply } from './reply.js';

/** What is answered, and in what manner. */
export interface Outcome {
  readonly reply: Reply | undefined;
  readonly delivery: Delivery;
}

export const whole: Delivery = { kind: 'whole' };

/** The good answer, or what a fault makes of it. */
export function faulted(fault: Fault | undefined, good: Reply | undefined, call: Call, now: number): Outcome {
  const delivery = fault?.delivery ?? whole;
  const reply = fault?.reply?.({ call, good, now }) ?? good;
  // A connection that is reset or hangs has no status.
  return delivery.kind === 'reset' || delivery.kind === 'hang' ? { reply: undefined, delivery } : { reply, delivery };
}

/** Resolves when the client has the answer or is gone. */
export function closed(response: ServerResponse, delivery: Delivery): Promise<void> {
  if (response.writableFinished || response.destroyed || delivery.kind === 'reset' || delivery.kind === 'cut')
    return Promise.resolve();
  return new Promise((resolve) => {
    response.once('finish', resolve);
    response.once('close', resolve);
  });
}
