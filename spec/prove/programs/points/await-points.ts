import { createHook } from 'node:async_hooks';
import type { KillSwitch } from './kill-switch.js';

/** Files whose awaits have names; those of Node's own insides have none. */
const packages = /node_modules\/(openai|@google\/genai|undici|zod|rxjs)\//;

/**
 * A point at every continuation of a promise, named after the function that awaits: `await.submitToOpenAI`. Each costs a
 * stack trace, so it is asked for where such a point is looked for or counted.
 */
export function pointAwaits(program: string, points: KillSwitch): void {
  const names = new Map<number, string>();
  Error.stackTraceLimit = 12;
  createHook({
    init: function promiseBegins(asyncId, type) {
      if (type !== 'PROMISE') return;
      const name = awaiting(new Error().stack ?? '', program);
      if (name !== undefined) names.set(asyncId, name);
    },
    before: (asyncId) => {
      const name = names.get(asyncId);
      if (name !== undefined) points.pass(name);
    },
    destroy: (asyncId) => void names.delete(asyncId),
  }).enable();
}

/** The innermost function of the program or of an SDK on the stack. */
function awaiting(stack: string, program: string): string | undefined {
  for (const frame of stack.split('\n').slice(1)) {
    const found = packages.exec(frame);
    if (found !== null) return `await.${found[1]!}`;
    if (!frame.includes(program) || frame.includes('promiseBegins')) continue;
    // Bundling numbers functions of the same name.
    const name = /at (?:async )?(?:new )?(?:[\w$]+\.)*([\w$#]+) \(/.exec(frame)?.[1]?.replace(/\d+$/, '') ?? 'closure';
    return `await.${name === 'anonymous' ? 'closure' : name}`;
  }
  return undefined;
}
